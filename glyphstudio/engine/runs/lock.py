"""Whoever trains a run holds its lock. A run that says it is running while nobody holds it was cut off.

The lock is the operating system's own, on a file in the run's folder: it ends with its process, whatever ends that, so
no leftover has to be told from a living owner. Knows no torch.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from glyphstudio.engine.errors import EngineError, SavingError

LOCK_FILE = "run.lock"
_TRIES, _PAUSE = 20, 0.02  # somebody who only asks whether it is held has it for a moment
_TAKEN = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


class RunLock:
    """The lock of the run in `folder`; as a context, from its beginning to its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def __enter__(self) -> RunLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Raises EngineError where somebody else trains this run, SavingError where its folder cannot be written."""
        if self._file is not None:
            return
        path = self._folder / LOCK_FILE
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = path.open("ab+")
        except OSError as error:
            raise SavingError(
                f"The run cannot be kept in {self._folder} ({error.strerror or error}). Make room there, or choose "
                "another folder, then try again."
            ) from error
        for _ in range(_TRIES):
            if _lock(file.fileno()):
                self._file = file
                return
            time.sleep(_PAUSE)
        file.close()
        raise EngineError(
            f"Another GlyphStudio trains the run in {self._folder} just now. Wait until it has ended, or stop it there."
        )

    def release(self) -> None:
        """Let others have it. The file stays: removing it would let two have a lock each, of two files."""
        if self._file is not None:
            _unlock(self._file.fileno())
            self._file.close()
            self._file = None


def is_held(folder: Path) -> bool:
    """Whether somebody, in this process or another, trains the run in `folder`."""
    try:
        with (folder / LOCK_FILE).open("rb+") as file:
            if not _lock(file.fileno()):
                return True
            _unlock(file.fileno())
    except OSError:  # it was never locked, or it cannot be reached at all
        pass
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> bool:
        """Whether the lock was free; then it is taken."""
        os.lseek(number, 0, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return error.errno not in _TAKEN
        return True

    def _unlock(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(number: int) -> bool:
        """Whether the lock was free; then it is taken. A file system without locks counts as free: better no question
        whether somebody trains there than no training."""
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in _TAKEN
        return True

    def _unlock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)
