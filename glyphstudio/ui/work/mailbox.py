"""A mailbox for one value: the newest wins."""

from __future__ import annotations

from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Passes values from one thread to another that is slower."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._value: T | None = None

    def put(self, value: T) -> bool:
        """Replace the value. Return True if the mailbox was empty, so that the reader must be woken."""
        with self._lock:
            empty = self._value is None
            self._value = value
        return empty

    def take(self) -> T | None:
        """Take out and return the newest value, or None."""
        with self._lock:
            value, self._value = self._value, None
        return value

    @property
    def waiting(self) -> bool:
        """Whether the mailbox has a value."""
        return self._value is not None
