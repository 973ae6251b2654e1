"""Makes the rows of a ranking from its candidates, each with a picture of its glyph's first shot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QPixmap

from glyphstudio.library.errors import LibraryError
from glyphstudio.ui.answer.ranking import RowContent
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.parts.painting import Thumbnails

if TYPE_CHECKING:
    from glyphstudio.studio import Candidate

SIDE = 32  # of a picture, pixels


class CandidateRows:
    def __init__(self, model: GalleryModel, thumbnails: Thumbnails) -> None:
        self._model, self._thumbnails = model, thumbnails

    def rows(self, candidates: Sequence[Candidate], ratio: float) -> list[RowContent]:
        """Return a row for each candidate. ratio: the device pixel ratio."""
        return [RowContent(c.glyph_id, c.name, c.probability, self.picture(c, ratio)) for c in candidates]

    def picture(self, candidate: Candidate, ratio: float) -> QPixmap | None:
        """Return the picture of a glyph in the library; None if it is unreadable, or not in the library."""
        glyph = self._model.glyph(candidate.glyph_id)
        if glyph is None:
            return None
        try:
            return self._thumbnails.of(glyph.shots[0].id, glyph.shots[0].drawing, SIDE, ratio)
        except LibraryError:
            return None
