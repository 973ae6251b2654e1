"""The map of embeddings: where a learner that answers by the nearest prototype places the library and the drawing.

The axes depend on the library alone and change only with it or with the weights. So only the drawing's mark moves while
the user draws.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import Glyph
from glyphstudio.ui.parts.pages import small_text
from glyphstudio.ui.parts.theme import UNIT
from glyphstudio.ui.watch.map_canvas import MapCanvas
from glyphstudio.ui.watch.messages import LibraryMap, MapSeen, MapWish, Said
from glyphstudio.ui.watch.watcher import Watcher, newest, sentence_label
from glyphstudio.ui.watch.worker import WatchWorker

MOST_GLYPHS = 1000
_EMPTY = "Your library is empty. Enrol two glyphs or more, and see here how close together the learner places them."
_ONE = "Your library has one glyph, and a map needs two. Enrol another."


class EmbeddingMap(Watcher):
    """The map with a note below it, or a sentence that says why there is no map."""

    kind = MapWish

    def __init__(self, worker: WatchWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, parent)
        self._library_map: LibraryMap | None = None
        self._names: tuple[Glyph, ...] = ()  # the glyphs on the map
        self.canvas = MapCanvas()
        self.note = small_text()
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.note.setContentsMargins(2 * UNIT, 0, 2 * UNIT, UNIT)
        self.note.setMinimumHeight(3 * self.note.fontMetrics().lineSpacing() + UNIT)
        self.sentence = sentence_label("")
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.note)
        self._content = content
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.sentence)
        self._pages.addWidget(content)
        self.setFocusProxy(self.canvas)
        worker.mapped.connect(self._answered)

    def sizeHint(self) -> QSize:
        return QSize(60 * UNIT, 60 * UNIT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40 * UNIT, 24 * UNIT)

    def show_drawing(self, drawing: Drawing | None) -> None:
        super().show_drawing(drawing)
        if self._drawing is None:
            self.canvas.show_mark(None)

    def nothing_to_see(self) -> str:
        return ("", _ONE, _EMPTY)[max(0, 2 - len(self._library))]

    def taken(self) -> tuple[Glyph, ...]:
        return newest(self._library, MOST_GLYPHS)

    def say(self, sentence: str) -> None:
        self._library_map = None
        self.sentence.setText(sentence)
        self._pages.setCurrentWidget(self.sentence)

    def is_empty(self) -> bool:
        return self._library_map is None

    @Slot(object)
    def _answered(self, answer: MapSeen | Said) -> None:
        if answer.basis is not self._basis:
            return  # about an earlier library or learner
        if isinstance(answer, MapSeen):
            self._show(answer)
        elif answer.final or self._library_map is None:
            self.say(answer.sentence)
        else:
            self.note.setText(answer.sentence)

    def _show(self, seen: MapSeen) -> None:
        self._pages.setCurrentWidget(self._content)
        if seen.library is not self._library_map or seen.basis.glyphs is not self._names:
            self._library_map, self._names = seen.library, seen.basis.glyphs
            self.canvas.show_map(seen.basis.glyphs, seen.library)
            self.canvas.setAccessibleName(f"Map of {len(seen.basis.glyphs)} glyphs")
        mark = seen.mark if self._drawing is not None else None
        self.canvas.show_mark(mark)
        nearest = "" if mark is None else f"The drawing is nearest to {seen.basis.glyphs[mark.nearest].name}."
        self.canvas.setAccessibleDescription(nearest)
        self.note.setText(self._note(seen.library))

    def _note(self, library: LibraryMap) -> str:
        said = f"The map shows {_percent(library.share)} of the variance of {library.title}'s embeddings, which have "
        said += f"{library.dimensions} dimensions. The line leads to the prototype that is nearest in all of them. On "
        said += "the map another may look nearer."
        if len(self._library) > MOST_GLYPHS:
            said += f" Of your {len(self._library):,} glyphs it shows the {MOST_GLYPHS:,} enrolled last."
        return said


def _percent(share: float) -> str:
    """Return a share in per cent. Only the whole is "100 %"."""
    return "100 %" if share > 1 - 1e-9 else f"{min(round(100 * share), 99)} %"
