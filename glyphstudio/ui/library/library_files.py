"""Tracks which library is open, and lets the user choose another."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from glyphstudio.ui.library.problem_page import ProblemPage
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.notice import Notice
from glyphstudio.ui.studio.worker import StudioWorker

LIBRARY_FILES = "GlyphStudio libraries (*.glyphs);;All files (*)"


class LibraryFiles(QObject):
    """Asks the studio to open a library. The window then shows it."""

    usable_changed = Signal(bool)  # whether a library is open

    def __init__(self, studio: StudioWorker, notice: Notice, problem: ProblemPage, window: QWidget) -> None:
        super().__init__(window)
        self._studio, self._notice, self._problem, self._window = studio, notice, problem, window
        self._wanted: tuple[Path, bool] | None = None
        self.path: Path | None = None  # of the open library
        studio.opened.connect(self._opened)
        studio.not_opened.connect(self._not_opened)
        problem.again_wanted.connect(self._try_again)
        problem.open_wanted.connect(self.choose)
        problem.new_wanted.connect(self.choose_new)

    def open(self, path: Path, must_exist: bool = False) -> None:
        """Open a library, in place of any that is open."""
        if self.path is not None and path.absolute() == self.path:
            self._notice.say(wording.ALREADY_OPEN)
            return
        self._wanted = path, must_exist
        self._studio.open(path, must_exist)

    @Slot()
    def choose(self) -> None:
        """Ask for a library file, and open it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open Library", self._folder(), LIBRARY_FILES)
        if name:
            self.open(Path(name), must_exist=True)

    @Slot()
    def choose_new(self) -> None:
        """Ask for a new library file, and create it."""
        no_overwrite = QFileDialog.Option.DontConfirmOverwrite
        name, _ = QFileDialog.getSaveFileName(
            self._window, "New Library", str(Path(self._folder()) / "new.glyphs"), LIBRARY_FILES, options=no_overwrite
        )
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(name).with_suffix(".glyphs")
        if path.exists():
            sentence = wording.library_exists(path)
            if self.path is None:
                self._problem.show_problem(sentence)
            self._notice.warn(sentence)
            return
        self.open(path)

    @Slot(object)
    def _opened(self, path: Path) -> None:
        self.path = path
        self.usable_changed.emit(True)

    @Slot()
    def _not_opened(self) -> None:
        if self.path is None:
            self.usable_changed.emit(False)

    @Slot()
    def _try_again(self) -> None:
        if self._wanted is not None:
            self._studio.open(*self._wanted)

    def _folder(self) -> str:
        return str(self.path.parent if self.path else Path.home())
