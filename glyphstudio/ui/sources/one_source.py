"""A choice of one source of drawings: a folder or archive of Omniglot, invented glyphs, or the open library.

The chosen source has a name, as `glyphstudio.sources` and the command line's `--data` take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.data.fetch import default_data_folder
from glyphstudio.library.glyph import Glyph
from glyphstudio.plural import counted
from glyphstudio.ui.parts.theme import QUIET, UNIT, scaled_font
from glyphstudio.ui.sources.omniglot_place import OmniglotPlace

OMNIGLOT, INVENTED, LIBRARY = range(3)
_TITLES = ("Omniglot", "Invented glyphs", "Your library")
_SYNTHETIC = "synthetic"
_ALPHABETS = (2, 1000, 50)  # least, most, default
_NO_PLACE = (
    "Say where Omniglot is: its folder, or an archive such as images_background.zip. "
    "`glyphstudio data fetch omniglot` fetches it; invented glyphs need nothing."
)


class OneSource(QWidget):
    """The source to choose. Call `show_library` whenever the open library changes."""

    changed = Signal()  # another source, or a change of the library that is the source

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library: tuple[Glyph, ...] = ()
        self._path: Path | None = None  # of the library
        self.kind = QComboBox()
        self.kind.addItems(_TITLES)
        self.kind.setAccessibleName("Source of drawings")
        self._omniglot = OmniglotPlace()
        self.place, self.browse = self._omniglot.line, self._omniglot.browse
        self.alphabets = QSpinBox()
        least, most, usual = _ALPHABETS
        self.alphabets.setRange(least, most)
        self.alphabets.setValue(usual)
        self.alphabets.setAccessibleName("Number of invented alphabets")
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self._pages = QStackedWidget()
        self._lay_out()
        self.kind.setCurrentIndex(OMNIGLOT if self._omniglot.fetched else INVENTED)
        self._show_kind()
        self.kind.currentIndexChanged.connect(self._kind_changed)
        self.place.textChanged.connect(self.changed)
        self.alphabets.valueChanged.connect(self.changed)

    def _lay_out(self) -> None:
        small = scaled_font(self.font(), 0.88)
        size = QLabel("alphabets of 25 glyphs, 20 drawings of each")
        size.setFont(small)
        size.setForegroundRole(QUIET)
        self.said.setFont(small)
        self.said.setForegroundRole(QUIET)
        for widgets in ((self._omniglot,), (self.alphabets, size), (self.said,)):
            page = QWidget()
            row = QHBoxLayout(page)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(UNIT)
            for widget in widgets:
                wide = widget in (self._omniglot, size, self.said)
                row.addWidget(widget, 1 if wide else 0, Qt.AlignmentFlag.AlignVCenter)
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        layout.addWidget(self.kind)
        layout.addWidget(self._pages)
        self.setFocusProxy(self.kind)

    # The choice

    @property
    def name(self) -> str:
        """The source's name, as `sources.load_source` takes it; empty if there is a `problem`."""
        if self.problem:
            return ""
        kind = self.kind.currentIndex()
        if kind == OMNIGLOT:
            return self._omniglot.path
        return f"{_SYNTHETIC}:{self.alphabets.value()}" if kind == INVENTED else str(self._path)

    @property
    def is_library(self) -> bool:
        """Whether the source is the open library. Do not open its file again: use the window's glyphs, see `opened`."""
        return self.kind.currentIndex() == LIBRARY

    @property
    def opened(self) -> dict[str, tuple[Glyph, ...]]:
        """The open library's glyphs by its path, as `sources.load_source` takes them."""
        return {} if self._path is None else {str(self._path): self._library}

    @property
    def problem(self) -> str:
        """A sentence that says why this source cannot be used, or "" if no reason is known."""
        if self.kind.currentIndex() == OMNIGLOT and not self._omniglot.path:
            return _NO_PLACE
        if self.is_library and (self._path is None or not self._library):
            return "Your library is empty. Enrol some glyphs, with at least two drawings of each."
        return ""

    def choose(self, name: str) -> None:
        """Choose the source with this name. A library that is not open cannot be chosen here."""
        kind, _, number = name.partition(":")
        if self._path is not None and name == str(self._path):
            self.kind.setCurrentIndex(LIBRARY)
        elif kind == _SYNTHETIC:
            self.kind.setCurrentIndex(INVENTED)
            self.alphabets.setValue(int(number) if number.isascii() and number.isdigit() else _ALPHABETS[2])
        else:
            self.place.setText(name or str(default_data_folder()))
            self.kind.setCurrentIndex(OMNIGLOT)

    def show_library(self, glyphs: Sequence[Glyph], path: Path | None) -> None:
        """Take the current glyphs of the open library, and its file."""
        if (tuple(glyphs), path) == (self._library, self._path):
            return
        self._library, self._path = tuple(glyphs), path
        shots = sum(len(glyph.shots) for glyph in self._library)
        holds = f"{counted(len(self._library), 'glyph')}, {counted(shots, 'drawing')}"
        self.said.setText(holds if self._library else "It is still empty.")
        self.said.setToolTip("" if path is None else str(path))
        if self.is_library:
            self.changed.emit()

    # Changes

    @Slot()
    def _kind_changed(self) -> None:
        self._show_kind()
        self.changed.emit()

    def _show_kind(self) -> None:
        self._pages.setCurrentIndex(self.kind.currentIndex())
