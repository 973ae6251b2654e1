"""The candidates of the selected cell, with a picture of each: from the library, or from this page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPixmap

from glyphstudio.library.errors import LibraryError
from glyphstudio.ui.answer.ranking import RowContent
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.parts.painting import Thumbnails, drawing_image
from glyphstudio.ui.tray.desk import Desk
from glyphstudio.ui.tray.sheet import State

if TYPE_CHECKING:
    from glyphstudio.studio import Candidate

_SIDE = 32


class Candidates:
    def __init__(self, desk: Desk, model: GalleryModel, thumbnails: Thumbnails) -> None:
        self._desk, self._model, self._thumbnails = desk, model, thumbnails

    def rows(self, ratio: float) -> list[RowContent]:
        """Return a row for each candidate of the current cell; none for a cell that has a name. ratio: the device pixel
        ratio."""
        item = self._desk.item
        if item is None or item.ranking is None or item.state is not State.OPEN:
            return []
        return [RowContent(c.glyph_id, c.name, c.probability, self._picture(c, ratio)) for c in item.ranking.candidates]

    def _picture(self, candidate: Candidate, ratio: float) -> QPixmap | None:
        glyph = self._model.glyph(candidate.glyph_id)
        if glyph is not None:
            try:
                return self._thumbnails.of(glyph.shots[0].id, glyph.shots[0].drawing, _SIDE, ratio)
            except LibraryError:
                return None
        named = (picture for name, picture in self._desk.pictures_named() if name == candidate.name)
        picture = next(named, None)
        return None if picture is None else QPixmap.fromImage(drawing_image(picture, _SIDE, ratio))
