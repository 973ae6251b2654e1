"""A choice of sources to learn from: Omniglot, invented glyphs, the open library, or a mix of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.data.fetch import default_data_folder
from glyphstudio.library.glyph import Glyph
from glyphstudio.plural import counted
from glyphstudio.ui.parts.pages import small_text
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING
from glyphstudio.ui.sources import supply as supplies
from glyphstudio.ui.sources.omniglot_place import OmniglotPlace
from glyphstudio.ui.sources.supply import Supply

_SYNTHETIC = "synthetic"
_NOT_HERE = ("strokes", "fonts", "held")  # kinds that only the command line offers
_NOTHING = "Choose something to learn from."
_NO_PLACE = "Say where Omniglot is: its folder, or an archive such as images_background.zip."
_NOT_THERE = "There is nothing at {}. Choose Omniglot's folder or archive, or learn from invented glyphs."


class MixedSources(QWidget):
    """The sources to choose from. Call `show_library` whenever the open library changes."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shots: tuple[int, ...] = ()  # of each glyph of the library
        self._path: Path | None = None
        self.omniglot = QCheckBox("Omniglot, letters of 30 alphabets")
        self._where = OmniglotPlace()
        self.place = self._where.line
        self.invented = QCheckBox("Invented glyphs")
        self.alphabets = QSpinBox()
        self.alphabets.setRange(2, 1000)
        self.alphabets.setValue(50)
        self.alphabets.setSuffix(" alphabets")
        self.alphabets.setAccessibleName("Number of invented alphabets")
        self.library = QCheckBox("This library")
        self.said = small_text(quiet=False)
        self._lay_out()
        self.omniglot.setChecked(self._where.fetched)
        self.invented.setChecked(not self._where.fetched)
        self._refresh()
        for box in (self.omniglot, self.invented, self.library):
            box.toggled.connect(self._changed)
        self.place.textChanged.connect(self._changed)
        self.alphabets.valueChanged.connect(self._changed)
        self.setFocusProxy(self.omniglot)

    def _lay_out(self) -> None:
        self._omniglot_row, self._invented_row = QWidget(), QWidget()
        for row in (self._omniglot_row, self._invented_row):
            inside = QHBoxLayout(row)
            inside.setContentsMargins(3 * UNIT, 0, 0, 0)
            inside.setSpacing(UNIT)
            if row is self._omniglot_row:
                inside.addWidget(self._where, 1)
            else:
                inside.addWidget(self.alphabets)
                inside.addStretch(1)
        self.said.setContentsMargins(3 * UNIT, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT // 2)
        for widget in (
            self.omniglot,
            self._omniglot_row,
            self.invented,
            self._invented_row,
            self.library,
            self.said,
        ):
            layout.addWidget(widget)

    # The choice

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the chosen sources, as `sources.load_source` takes them."""
        names = []
        if self.omniglot.isChecked():
            names.append(self._where.path)
        if self.invented.isChecked():
            names.append(f"{_SYNTHETIC}:{self.alphabets.value()}")
        if self._uses_library:
            names.append(str(self._path))
        return tuple(names)

    @property
    def problem(self) -> str:
        """A sentence that says why this choice cannot be used, or "" if no reason is known."""
        if not (self.omniglot.isChecked() or self.invented.isChecked() or self._uses_library):
            return _NOTHING
        if self.omniglot.isChecked():
            place = self._where.path
            if not place:
                return _NO_PLACE
            if not Path(place).exists():
                return _NOT_THERE.format(place)
        return ""

    @property
    def supply(self) -> Supply:
        """The drawings to train on, as far as they are known before loading."""
        counts: tuple[int, ...] = ()
        if self.omniglot.isChecked():
            counts += supplies.omniglot()
        if self.invented.isChecked():
            counts += supplies.synthetic(self.alphabets.value())
        only = not counts
        if self._uses_library:
            counts += supplies.library(self._shots)
        return Supply(counts, only_library=only)

    @property
    def _uses_library(self) -> bool:
        return self.library.isChecked() and self.library.isEnabled() and self._path is not None

    def show_library(self, glyphs: Sequence[Glyph], path: Path | None) -> None:
        """Take the current glyphs of the open library, and its file."""
        shots = tuple(len(glyph.shots) for glyph in glyphs)
        if (shots, path) != (self._shots, self._path):
            self._shots, self._path = shots, path
            self._changed()

    def choose(self, names: Sequence[str]) -> None:
        """Choose these sources. A library that is not open cannot be chosen here, nor can strokes, fonts or
        held pictures."""
        self.omniglot.setChecked(False)
        self.invented.setChecked(False)
        self.library.setChecked(False)
        for name in names or ("",):
            kind, _, number = name.partition(":")
            if self._path is not None and name == str(self._path):
                self.library.setChecked(True)
            elif kind == _SYNTHETIC:
                self.invented.setChecked(True)
                self.alphabets.setValue(int(number) if number.isascii() and number.isdigit() else 50)
            elif not name.endswith(".glyphs") and kind not in _NOT_HERE:
                self.place.setText(name or str(default_data_folder()))
                self.omniglot.setChecked(True)

    # Changes

    @Slot()
    def _changed(self) -> None:
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        self._omniglot_row.setVisible(self.omniglot.isChecked())
        self._invented_row.setVisible(self.invented.isChecked())
        reason = supplies.library_too_small(self._shots) if self._path else "No library is open."
        self.library.setEnabled(not reason)
        count = len(self._shots)
        holds = f"{counted(count, 'glyph')}, {counted(sum(self._shots), 'drawing')}"
        self.said.setText(reason or holds)
        self.said.setForegroundRole(WARNING if reason and self.library.isChecked() else QUIET)
        self.library.setToolTip("" if self._path is None else str(self._path))
