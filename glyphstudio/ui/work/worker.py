"""One worker for each thread: the calls that a subclass gives to `do` run there, one after the other.

A worker belongs to the window's thread. The window calls a subclass's public methods, which return at once. They give
its private methods to `do`, which runs them in the thread. Both kinds share the worker's attributes. Private methods
`tell` a signal, which the worker then emits in the window's thread: PySide crashes if one thread emits a signal while
another disconnects it. In a subclass, methods below the comment "in the thread" run there, all others in the window's
thread. A small worker, complete:

    class Measurer(Worker):
        measured = Signal(object, int)  # Path, bytes

        def measure(self, path: Path) -> None:
            self.do(self._measure, path)

        def _measure(self, path: Path) -> None:
            self.tell(self.measured, path, path.stat().st_size)
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import ClassVar, ParamSpec

from PySide6.QtCore import SIGNAL, QObject, QThread, Signal, SignalInstance, Slot

from glyphstudio.ui.work.error_report import sentence_of
from glyphstudio.ui.work.gc_in_window import GcInWindow

P = ParamSpec("P")
log = logging.getLogger(__name__)


class _Runner(QObject):
    """Lives in the thread, and makes the calls sent to it."""

    told = Signal(object, object)

    def __init__(self, caught: Callable[[Exception], None]) -> None:
        super().__init__()
        self._caught = caught

    @Slot(object, object, object)
    def run(self, method: Callable[..., object], given: tuple[object, ...], named: dict[str, object]) -> None:
        try:
            method(*given, **named)
        except Exception as error:
            self._caught(error)


class Worker(QObject):
    """A thread that starts with the first call and ends with `close`."""

    refused = Signal(str)  # a sentence that says why something could not be done

    priority: ClassVar[QThread.Priority] = QThread.Priority.LowPriority

    _sent = Signal(object, object, object)
    _broke = Signal(object)  # an error that a call did not handle

    def __init__(self, name: str, log_file: Path | None = None, parent: QObject | None = None) -> None:
        """name: the thread's name in the log. log_file: named in the sentence for an unexpected error."""
        super().__init__(parent)
        self.log_file = log_file
        self.stop = Event()
        self._gc: GcInWindow | None = None  # from the start of the thread on
        self._runner = _Runner(self.caught)
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._runner.moveToThread(self._thread)
        self._sent.connect(self._runner.run)
        self._runner.told.connect(self._emit)
        self._broke.connect(self._report)

    @property
    def closing(self) -> bool:
        """Whether `close` was called. Long work in the thread checks this, and ends soon once it is True."""
        return self.stop.is_set()

    @property
    def started(self) -> bool:
        """Whether the thread was ever started."""
        return self._gc is not None

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread.isRunning()

    def start_thread(self) -> None:
        """Start the thread, unless it was started before or the worker is closing."""
        if self._gc is None and not self.closing:
            self._gc = GcInWindow()
            self._thread.start(self.priority)

    def do(self, method: Callable[P, object], *given: P.args, **named: P.kwargs) -> None:
        """Call `method` in the thread, after the calls sent before. Do nothing once the worker is closing."""
        if not self.closing:
            self.start_thread()
            self._sent.emit(method, given, named)

    def spare_what_stays(self) -> None:
        """Exempt everything loaded so far, such as torch, from garbage collection."""
        if self._gc is not None:
            self._gc.spare_what_stays()

    def close(self) -> None:
        """Finish the calls sent so far, end the thread, and wait for it. The worker accepts no more calls."""
        if not self.closing:
            self.stop.set()
            if self._gc is not None:
                self._sent.emit(self._end, (), {})
                self._thread.wait()
                self._gc.release()

    @Slot(object, object)
    def _emit(self, signal: SignalInstance, given: tuple[object, ...]) -> None:
        signal.emit(*given)

    @Slot(object)
    def _report(self, error: Exception) -> None:
        """Emit `refused`, or, if nothing is connected to it, let the error report show the error as a bug."""
        if not self.receivers(SIGNAL("refused(QString)")):
            raise error
        self.refused.emit(self.sentence_of(error))

    # --- in the thread ---

    def tell(self, signal: SignalInstance, *given: object) -> None:
        """Emit one of this worker's signals in the window's thread."""
        self._runner.told.emit(signal, given)

    def shut(self) -> None:
        """Clean up, as the last call in the thread. The thread ends even if this raises an error."""

    def _end(self) -> None:
        try:
            self.shut()
        except Exception:  # the window is closed: only the log can tell
            log.exception("The thread %s could not clean up", self._thread.objectName())
        finally:
            self._thread.quit()

    def caught(self, error: Exception) -> None:
        """Report an error that a method did not handle."""
        self.tell(self._broke, error)

    def sentence_of(self, error: Exception) -> str:
        """Return the error's own sentence, or, for a bug, one that names the log file."""
        return sentence_of(error, self.log_file)
