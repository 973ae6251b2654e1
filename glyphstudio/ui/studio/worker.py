"""The studio's worker. Only its thread uses the Studio: the library and the recogniser.

It carries out commands in the order given. Questions ("what is this?") go through a mailbox for one value, so it
answers only the newest.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal, Slot

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.errors import LibraryError
from glyphstudio.ui.parts import wording
from glyphstudio.ui.studio.commands import Command
from glyphstudio.ui.work.mailbox import Mailbox
from glyphstudio.ui.work.worker import Worker
from glyphstudio.verdict import Strictness

if TYPE_CHECKING:
    from glyphstudio.studio import Studio

log = logging.getLogger(__name__)
Question = tuple[int, Drawing]
_AT_ONCE = 8  # drawings of a page: less than a tenth of a second


def open_studio(path: Path) -> Studio:
    """Open the real studio. It imports the module here, in the studio's thread, so that the window need not wait."""
    from glyphstudio.studio import Studio

    return Studio.open_or_read(path)


class _Stopped(Exception):  # noqa: N818  no error
    """The window is closing, so the loading must stop."""


class _Superseded(Exception):  # noqa: N818  no error
    """The user chose other weights, so the loading of these must stop."""


class _Importer(Worker):
    """Imports torch in its own thread, so that the studio's thread can still enrol."""

    done = Signal()

    def load(self, module: str) -> None:
        self.do(self._load, module)

    def _load(self, module: str) -> None:
        try:
            importlib.import_module(module)
        except Exception:  # the user sees the error when the recogniser loads
            log.exception("Could not import %s", module)
        self.tell(self.done)


class StudioWorker(Worker):
    """Owns the studio's thread. Its signals carry only numbers, strings and frozen values."""

    opened = Signal(object, object, object)  # path, tuple of glyphs, tuple of sentences about damage or a failed backup
    marked = Signal(str)  # after `opened`: why the library is read only, as a sentence; empty if it is not
    not_opened = Signal(object, str)  # path, sentence
    warming = Signal(int, int)
    ready = Signal(object)  # EngineInfo
    not_ready = Signal(str)
    switched = Signal(object, int, float)  # EngineInfo, drawings in the library, seconds
    not_switched = Signal(object, str)  # path, sentence
    answered = Signal(int, object)  # number, Ranking
    not_answered = Signal(int, str)
    judged = Signal(int, int, object)  # job, index of the first of these drawings, rankings
    not_judged = Signal(int, str)
    doubted = Signal(int, object)  # glyph id, DoubtfulShot or None
    done = Signal(object, object)  # command, outcome
    failed = Signal(object, object, str)  # command, exception, sentence

    priority = QThread.Priority.InheritPriority

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
        super().__init__("studio", log_file, parent)
        self._opener, self._weights, self._device = opener, weights, device
        self._mailbox: Mailbox[Question] = Mailbox()
        self._choices: Mailbox[Path] = Mailbox()
        self._number = 0
        self._judging = 0  # the newest job
        self._module, self._loaded = preload, False
        self._strictness = Strictness.BALANCED
        self._libraries = 0  # the number opened, as far as the window knows
        self._importer = _Importer("import", log_file, self)
        self._importer.done.connect(self._was_loaded)
        self.opened.connect(self._was_opened)
        self.ready.connect(self.spare_what_stays)
        # Used only in the thread:
        self._studio: Studio | None = None
        self._opened = 0  # the number of libraries opened so far
        self._not_loaded = False  # the last attempt to load weights failed
        self.start_thread()

    def open(self, path: Path, must_exist: bool = False) -> None:
        """Open a library. If that fails, the old one stays open."""
        self.do(self._open, path, must_exist)

    def preload(self) -> None:
        """Start to load torch. Call it once the window is on the screen."""
        if not self._loaded and not self._importer.started and not self.closing:
            self._importer.load(self._module)

    def set_strictness(self, strictness: Strictness) -> None:
        """Set how sure the next answers must be."""
        self._strictness = strictness

    def ask(self, drawing: Drawing) -> int:
        """Ask for a ranking. Return the number that the answer will carry. A newer question may replace this one."""
        self._number += 1
        if not self.closing and self._mailbox.put((self._number, drawing)):
            self.do(self._answer)
        return self._number

    def judge(self, asked: Sequence[Drawing], named: Sequence[tuple[str, Drawing]]) -> int:
        """Ask for the rankings of many drawings, as if those in `named` were enrolled. `judged` follows for a few at a
        time, so that the pen need not wait. Return the job's number. A newer job ends this one."""
        self._judging += 1
        for start in range(0, len(asked), _AT_ONCE):
            self.do(self._judge, self._judging, start, asked[start : start + _AT_ONCE], named)
        return self._judging

    def doubt(self, glyph_id: int) -> None:
        """Ask which of a glyph's shots is probably a slip."""
        self.do(self._doubt, glyph_id)

    def stop_judging(self) -> None:
        """End the newest job."""
        self._judging += 1

    def use(self, weights: Path) -> None:
        """Switch to other weights, of several to the newest; `switched` or `not_switched` follows."""
        if not self.closing and self._choices.put(weights):
            self.do(self._switch)

    def perform(self, command: Command) -> None:
        """Change the library; `done` or `failed` follows."""
        self.do(self._perform, self._libraries, command)

    def close(self) -> None:
        """Finish the commands given so far, close the library and end the threads. It accepts nothing after that."""
        super().close()
        self._importer.close()

    @Slot()
    def _was_opened(self) -> None:
        self._libraries += 1
        if self._loaded:
            self.do(self._warm_up)

    @Slot()
    def _was_loaded(self) -> None:
        self._loaded = True
        self._importer.close()
        if self._libraries:
            self.do(self._warm_up)

    # --- in the studio's thread ---

    def _open(self, path: Path, must_exist: bool) -> None:
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
            self.tell(self.not_opened, path, self.sentence_of(error))
            return
        before, self._studio = self._studio, studio
        self._opened += 1
        if studio.library.backup_problem:
            notes.append(studio.library.backup_problem)
        if studio.library.read_only:
            notes.append(wording.read_only(studio.library.read_only))
        self.tell(self.opened, studio.library.path, glyphs, tuple(notes))
        self.tell(self.marked, studio.library.read_only)
        if before is not None:
            before.close()

    def _warm_up(self) -> None:
        if self._studio is None or self.closing:
            return
        try:
            self.tell(self.ready, self._studio.warm_up(self._weights, self._device, self._progress))
        except _Stopped:
            return
        except _Superseded:
            self._not_loaded = True
        except Exception as error:
            self._not_loaded = True
            self.tell(self.not_ready, self.sentence_of(error))
        else:
            self._not_loaded = False

    def _switch(self) -> None:
        """Use the weights chosen last. The old ones answer until they are ready, and stay if this fails."""
        weights = self._choices.take()
        if weights is None or self._studio is None or self.closing:
            return
        if self._studio.info is None:  # nothing is loaded yet: start with these
            self._weights = weights
            if self._not_loaded:  # no other call will load them
                self._warm_up()
            return
        start = time.perf_counter()
        try:
            info = self._studio.warm_up(weights, self._device, self._progress)
            drawings = sum(len(glyph.shots) for glyph in self._studio.library.glyphs())
        except (_Stopped, _Superseded):
            return
        except Exception as error:
            self.tell(self.not_switched, weights, self.sentence_of(error))
            return
        self._weights = weights
        self.tell(self.switched, info, drawings, time.perf_counter() - start)

    def _progress(self, done: int, total: int) -> None:
        if self.closing:
            raise _Stopped
        if self._choices.waiting:
            raise _Superseded
        self.tell(self.warming, done, total)
        self._answer()  # with the learner in use, if any: a long switch must not keep the pen waiting

    def _answer(self) -> None:
        question = self._mailbox.take()
        if question is None or self._studio is None or self._studio.info is None or self.closing:
            return  # after a change of library, Asking repeats the question once the recogniser is ready
        number, drawing = question
        self._studio.strictness = self._strictness
        try:
            ranking = self._studio.rank(drawing)
        except Exception as error:
            self.tell(self.not_answered, number, self.sentence_of(error))
        else:
            self.tell(self.answered, number, ranking)

    def _judge(self, job: int, start: int, asked: Sequence[Drawing], named: Sequence[tuple[str, Drawing]]) -> None:
        if job != self._judging or self._studio is None or self._studio.info is None or self.closing:
            return  # who asked will ask again once the recogniser is ready
        self._studio.strictness = self._strictness
        try:
            rankings = self._studio.judge(asked, named)
        except Exception as error:
            self.tell(self.not_judged, job, self.sentence_of(error))
        else:
            self.tell(self.judged, job, start, rankings)

    def _doubt(self, glyph_id: int) -> None:
        if self._studio is not None:
            self.tell(self.doubted, glyph_id, self._studio.doubt(glyph_id))

    def _perform(self, library: int, command: Command) -> None:
        try:
            if self._studio is None:
                raise LibraryError(wording.NO_LIBRARY)
            if library not in (0, self._opened):  # ids of another library; 0: the window knew none
                raise LibraryError(wording.OTHER_LIBRARY)
            outcome = command.run(self._studio)
        except Exception as error:
            self.tell(self.failed, command, error, self.sentence_of(error))
        else:
            self.tell(self.done, command, outcome)

    def shut(self) -> None:
        if self._studio is not None:
            self._studio.close()
            self._studio = None
