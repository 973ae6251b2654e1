"""A mailbox with one place: the newest letter wins."""

from __future__ import annotations

from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """For one thread that asks more often than another can answer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._letter: T | None = None

    def put(self, letter: T) -> bool:
        """Leave a letter in place of the one before. True where it was empty: the reader must be woken."""
        with self._lock:
            empty = self._letter is None
            self._letter = letter
        return empty

    def take(self) -> T | None:
        """The newest letter, or None."""
        with self._lock:
            letter, self._letter = self._letter, None
        return letter

    @property
    def waiting(self) -> bool:
        """Whether there is a letter."""
        return self._letter is not None
