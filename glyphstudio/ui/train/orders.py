"""Shared state of the window's thread and the training thread: orders, waiting trainings, and the steps taken.

The window's thread gives an order: pause, resume or end. The training thread obeys it between two steps, two tasks of a
measurement, or two drawings that it loads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Lock

from glyphstudio.ui.train.messages import CostRequest, Ending, Job, Surroundings, Taken
from glyphstudio.ui.work.mailbox import Mailbox

_MOST_STEPS = 1 << 16  # waiting for the window: more than any machine takes while the user moves a dialog


class Ended(Exception):  # noqa: N818  no error
    """An order to end the training in this way."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.value)
        self.ending = ending


class Orders:
    """The window's orders. Only the newest order counts, and an order to end takes effect even during a pause."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._paused = False
        self._ending: Ending | None = None
        self._leaving = False

    @property
    def leaving(self) -> bool:
        """Whether the program ends."""
        return self._leaving

    def pause(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def end(self, ending: Ending) -> None:
        with self._changed:
            self._ending, self._paused = ending, False
            self._leaving |= ending is Ending.LEAVE
            self._changed.notify_all()

    def obeyed(self, ending: Ending) -> None:
        """Clear the order `ending` because it is done, so that what follows can be ended, too. A newer order stays."""
        with self._changed:
            if self._ending is ending:
                self._ending = None

    def forget(self) -> None:
        """Drop the orders for the previous training. An order to leave stays."""
        with self._changed:
            self._paused = False
            self._ending = Ending.LEAVE if self._leaving else None

    def obey(self, tell: Callable[[bool], None]) -> None:
        """Wait while paused. Call `tell` with True when the pause starts and with False when it ends. Raises Ended."""
        if self._ending is None and not self._paused:
            return
        if self._paused and self._ending is None:
            tell(True)
            with self._changed:
                self._changed.wait_for(lambda: self._ending is not None or not self._paused)
            if self._ending is None:
                tell(False)
        if self._ending is not None:
            raise Ended(self._ending)


class Jobs:
    """The trainings that wait for their turn."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Job] = deque()

    def put(self, job: Job) -> None:
        with self._lock:
            self._waiting.append(job)

    def take(self) -> Job | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def drop(self) -> int:
        """Drop all waiting trainings and return their number."""
        with self._lock:
            count = len(self._waiting)
            self._waiting.clear()
        return count

    @property
    def names(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(job.name for job in self._waiting)


@dataclass
class Shared:
    """State that both threads can use safely.

    around: the window's thread replaces it as a whole. taken: the training thread fills it, the window's empties it.
    """

    orders: Orders = field(default_factory=Orders)
    jobs: Jobs = field(default_factory=Jobs)
    wishes: Mailbox[CostRequest] = field(default_factory=Mailbox)
    taken: deque[Taken] = field(default_factory=lambda: deque(maxlen=_MOST_STEPS))
    around: Surroundings = field(default_factory=Surroundings)
