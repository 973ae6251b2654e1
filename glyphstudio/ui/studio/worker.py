"""The engine's thread: it alone holds the Studio (library and recogniser). The window talks to `Engine`.

Commands are carried out in the order in which they were given. Questions ("what is this?") go through a one-place
mailbox: only the newest is answered.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal, Slot

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.errors import LibraryError
from glyphstudio.ui.parts import wording
from glyphstudio.ui.studio.commands import Command
from glyphstudio.ui.work.error_report import sentence_of
from glyphstudio.ui.work.gc_in_window import RubbishCollector
from glyphstudio.ui.work.mailbox import Mailbox

if TYPE_CHECKING:
    from glyphstudio.studio import Studio

log = logging.getLogger(__name__)
Question = tuple[int, Drawing]


def open_studio(path: Path) -> Studio:
    """The real one; imported here, in the engine's thread, so that the window need not wait for it."""
    from glyphstudio.studio import Studio

    return Studio.open(path)


class _Stopped(Exception):  # noqa: N818  no error
    """The window is closing: leave the warm-up."""


class _Superseded(Exception):  # noqa: N818  no error
    """Other weights were chosen meanwhile: leave those that are being warmed up."""


class _Worker(QObject):
    """Lives in the engine's thread. Signals carry numbers, strings and frozen values only."""

    opened = Signal(object, object, object)  # path, tuple of glyphs, tuple of sentences about damage
    not_opened = Signal(object, str)  # path, sentence
    warming = Signal(int, int)
    ready = Signal(object)  # EngineInfo
    not_ready = Signal(str)
    switched = Signal(object, int, float)  # EngineInfo, drawings in the library, seconds
    not_switched = Signal(object, str)  # path, sentence
    answered = Signal(int, object)  # number, Ranking
    not_answered = Signal(int, str)
    done = Signal(object, object)  # command, outcome
    failed = Signal(object, object, str)  # command, exception, sentence

    def __init__(
        self,
        opener: Callable[[Path], Studio],
        mailbox: Mailbox[Question],
        choices: Mailbox[Path],
        stop: Event,
        *,
        weights: Path | None,
        device: str,
        log_file: Path | None,
    ) -> None:
        super().__init__()
        self._opener, self._mailbox, self._choices, self._stop = opener, mailbox, choices, stop
        self._weights, self._device, self._log_file = weights, device, log_file
        self._studio: Studio | None = None
        self._opened = 0  # how many libraries so far
        self._cold = False  # the last attempt to load weights came to nothing

    @Slot(object, bool)
    def open(self, path: Path, must_exist: bool) -> None:
        try:
            if must_exist and not path.exists():
                raise LibraryError(wording.missing_library(path))
            studio = self._opener(path)
            try:
                glyphs, notes = tuple(studio.library.glyphs()), studio.library.problems()
            except Exception:
                studio.close()
                raise
        except Exception as error:
            self.not_opened.emit(path, self._sentence(error))
            return
        if self._studio is not None:
            self._studio.close()
        self._studio = studio
        self._opened += 1
        if studio.library.backup_problem:
            notes.append(studio.library.backup_problem)
        self.opened.emit(studio.library.path, glyphs, tuple(notes))

    @Slot()
    def warm_up(self) -> None:
        if self._studio is None or self._stop.is_set():
            return
        try:
            self.ready.emit(self._studio.warm_up(self._weights, self._device, self._progress))
        except _Stopped:
            return
        except _Superseded:
            self._cold = True
        except Exception as error:
            self._cold = True
            self.not_ready.emit(self._sentence(error))
        else:
            self._cold = False

    @Slot()
    def switch(self) -> None:
        """Use the weights chosen last. Until they are ready the ones before answer, and stay if this fails."""
        weights = self._choices.take()
        if weights is None or self._studio is None or self._stop.is_set():
            return
        if self._studio.info is None:  # nothing is loaded yet: begin with these
            self._weights = weights
            if self._cold:  # nobody else is going to begin
                self.warm_up()
            return
        start = time.perf_counter()
        try:
            info = self._studio.warm_up(weights, self._device, self._progress)
        except (_Stopped, _Superseded):
            return
        except Exception as error:
            self.not_switched.emit(weights, self._sentence(error))
            return
        self._weights = weights
        drawings = sum(len(glyph.shots) for glyph in self._studio.library.glyphs())
        self.switched.emit(info, drawings, time.perf_counter() - start)

    def _progress(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise _Stopped
        if self._choices.waiting:
            raise _Superseded
        self.warming.emit(done, total)
        self.answer()  # of the learner in use, if there is one: a long switch must not keep the pen waiting

    @Slot()
    def answer(self) -> None:
        question = self._mailbox.take()
        if question is None or self._studio is None or self._studio.info is None or self._stop.is_set():
            return  # another library may have come in between; it is asked again when it is ready
        number, drawing = question
        try:
            ranking = self._studio.rank(drawing)
        except Exception as error:
            self.not_answered.emit(number, self._sentence(error))
        else:
            self.answered.emit(number, ranking)

    @Slot(int, object)
    def perform(self, library: int, command: Command) -> None:
        try:
            if self._studio is None:
                raise LibraryError(wording.NO_LIBRARY)
            if library not in (0, self._opened):  # its numbers mean other glyphs here; 0: the window knew none
                raise LibraryError(wording.OTHER_LIBRARY)
            outcome = command.run(self._studio)
        except Exception as error:
            self.failed.emit(command, error, self._sentence(error))
        else:
            self.done.emit(command, outcome)

    @Slot()
    def shut(self) -> None:
        """The last thing that happens in this thread; commands given before have been carried out."""
        if self._studio is not None:
            self._studio.close()
            self._studio = None
        self.thread().quit()

    def _sentence(self, error: Exception) -> str:
        return sentence_of(error, self._log_file)


class _Preload(QThread):
    """Imports torch while the engine's thread stays free to enrol. A failure shows when the engine warms up."""

    def __init__(self, module: str, parent: QObject) -> None:
        super().__init__(parent)
        self._module = module

    def run(self) -> None:
        try:
            importlib.import_module(self._module)
        except Exception:
            log.exception("Could not import %s", self._module)


class Engine(QObject):
    """The window's side of the engine's thread. All signals arrive in the thread that made it."""

    opened = Signal(object, object, object)
    not_opened = Signal(object, str)
    warming = Signal(int, int)
    ready = Signal(object)
    not_ready = Signal(str)
    switched = Signal(object, int, float)
    not_switched = Signal(object, str)
    answered = Signal(int, object)
    not_answered = Signal(int, str)
    done = Signal(object, object)
    failed = Signal(object, object, str)

    _open = Signal(object, bool)
    _warm = Signal()
    _asked = Signal()
    _switch = Signal()
    _perform = Signal(int, object)
    _shut = Signal()

    def __init__(
        self,
        *,
        opener: Callable[[Path], Studio] = open_studio,
        weights: Path | None = None,
        device: str = "auto",
        preload: str = "torch",
        log_file: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.log_file = log_file
        self._mailbox: Mailbox[Question] = Mailbox()
        self._choices: Mailbox[Path] = Mailbox()
        self._stop = Event()
        self._rubbish = RubbishCollector(self)
        self._number = 0
        self._loaded = False
        self._libraries = 0  # how many were opened, as far as the window knows
        self._worker = _Worker(
            opener, self._mailbox, self._choices, self._stop, weights=weights, device=device, log_file=log_file
        )
        self._thread = QThread(self)
        self._thread.setObjectName("engine")
        self._worker.moveToThread(self._thread)
        for name in ("opened", "not_opened", "warming", "ready", "not_ready"):
            getattr(self._worker, name).connect(getattr(self, name))
        for name in ("switched", "not_switched", "answered", "not_answered", "done", "failed"):
            getattr(self._worker, name).connect(getattr(self, name))
        self._open.connect(self._worker.open)
        self._warm.connect(self._worker.warm_up)
        self._asked.connect(self._worker.answer)
        self._switch.connect(self._worker.switch)
        self._perform.connect(self._worker.perform)
        self._shut.connect(self._worker.shut)
        self.opened.connect(self._was_opened)
        self.ready.connect(self._rubbish.spare_what_stays)
        self._preload = _Preload(preload, self)
        self._preload.setObjectName("preload")
        self._preload.finished.connect(self._was_loaded)
        self._thread.start()

    @property
    def closing(self) -> bool:
        return self._stop.is_set()

    def open(self, path: Path, must_exist: bool = False) -> None:
        """Open a library; the one that is open stays open if that fails."""
        if not self.closing:
            self._open.emit(path, must_exist)

    def preload(self) -> None:
        """Begin to load torch. Call it once the window is on the screen."""
        if not self.closing and not self._loaded:
            self._preload.start(QThread.Priority.LowPriority)

    def ask(self, drawing: Drawing) -> int:
        """Ask for a ranking. The answer carries the number returned; a newer question may make it fall away."""
        self._number += 1
        if not self.closing and self._mailbox.put((self._number, drawing)):
            self._asked.emit()
        return self._number

    def use(self, weights: Path) -> None:
        """Switch to other weights (of several, to the newest); `switched` or `not_switched` follows."""
        if not self.closing and self._choices.put(weights):
            self._switch.emit()

    def perform(self, command: Command) -> None:
        """Change the library; `done` or `failed` follows."""
        if not self.closing:
            self._perform.emit(self._libraries, command)

    def close(self) -> None:
        """Finish the commands given so far, close the library, end the threads. Nothing is accepted afterwards."""
        if not self.closing:
            self._stop.set()
            self._shut.emit()
        self._preload.wait()
        self._thread.wait()
        self._rubbish.release()

    @Slot()
    def _was_opened(self) -> None:
        self._libraries += 1
        if self._loaded:
            self._warm.emit()

    @Slot()
    def _was_loaded(self) -> None:
        self._loaded = True
        if self._libraries and not self.closing:
            self._warm.emit()
