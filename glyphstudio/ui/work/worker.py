"""One worker for each thread: what a subclass gives to `do` runs there, one call after the other.

A worker belongs to the window's thread. A subclass has two kinds of methods: public ones, which the window calls and
which return at once, and private ones, which they give to `do`. Both share the worker's attributes. Private methods
`tell` a signal, which the worker then emits in the window's thread: PySide crashes where one thread emits a signal
while another disconnects it. The whole of a small worker:

    class Measurer(Worker):
        measured = Signal(object, int)  # Path, bytes

        def measure(self, path: Path) -> None:
            self.do(self._measure, path)

        def _measure(self, path: Path) -> None:
            self.tell(self.measured, path, path.stat().st_size)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import ClassVar, ParamSpec

from PySide6.QtCore import QObject, QThread, Signal, SignalInstance, Slot

from glyphstudio.ui.work.error_report import sentence_of
from glyphstudio.ui.work.gc_in_window import GcInWindow

P = ParamSpec("P")


class _Runner(QObject):
    """Lives in the thread and calls what it is sent."""

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

    refused = Signal(str)  # a sentence: why something could not be done

    priority: ClassVar[QThread.Priority] = QThread.Priority.LowPriority

    _sent = Signal(object, object, object)

    def __init__(self, name: str, log_file: Path | None = None, parent: QObject | None = None) -> None:
        """name: of the thread, as the log shows it. log_file: named in the sentence for an unexpected error."""
        super().__init__(parent)
        self.log_file = log_file
        self.stop = Event()
        self._gc: GcInWindow | None = None  # while the thread runs
        self._runner = _Runner(self.caught)
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._runner.moveToThread(self._thread)
        self._sent.connect(self._runner.run)
        self._runner.told.connect(self._emit)

    @property
    def closing(self) -> bool:
        """Whether `close` was called. Long work in the thread asks this and ends soon once it is true."""
        return self.stop.is_set()

    @property
    def started(self) -> bool:
        """Whether there was a first call."""
        return self._gc is not None

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread.isRunning()

    def start_thread(self) -> None:
        """Start the thread, if it was not started before."""
        if self._gc is None and not self.closing:
            self._gc = GcInWindow(self)
            self._thread.start(self.priority)

    def do(self, method: Callable[P, object], *given: P.args, **named: P.kwargs) -> None:
        """Have `method` called in the thread, after the calls sent before. Does nothing once the worker is closing."""
        if not self.closing:
            self.start_thread()
            self._sent.emit(method, given, named)

    def spare_what_stays(self) -> None:
        """Keep the garbage collector away from all that is loaded by now, such as torch."""
        if self._gc is not None:
            self._gc.spare_what_stays()

    def close(self) -> None:
        """Finish the calls sent so far, end the thread and wait for it. The worker accepts no more calls."""
        if not self.closing:
            self.stop.set()
            if self._gc is not None:
                self._sent.emit(self.shut, (), {})
                self._thread.wait()
                self._gc.release()

    @Slot(object, object)
    def _emit(self, signal: SignalInstance, given: tuple[object, ...]) -> None:
        signal.emit(*given)

    # In the thread

    def tell(self, signal: SignalInstance, *given: object) -> None:
        """Emit a signal of this worker, in the window's thread."""
        self._runner.told.emit(signal, given)

    def shut(self) -> None:
        """The last call in the thread. A subclass puts its own cleaning up before this."""
        self._thread.quit()

    def caught(self, error: Exception) -> None:
        """Report an error that a method did not handle itself."""
        self.tell(self.refused, self.sentence_of(error))

    def sentence_of(self, error: Exception) -> str:
        """The error's own sentence, or, for a bug, one that names the log file."""
        return sentence_of(error, self.log_file)
