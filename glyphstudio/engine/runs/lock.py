"""The process that trains a run has its lock. If a run says that it is running but has no lock, it was interrupted.

It is a lock of the operating system, on a file in the run's folder. It ends with its process, for any reason. So
there are no stale locks to tell from valid ones. Imports no torch.
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
_TRIES, _PAUSE = 20, 0.02  # `is_held` takes the lock for a moment
_TAKEN = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


class RunLock:
    """The lock of the run in `folder`; also a context manager."""

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
        """Raises EngineError if another process trains this run, SavingError if its folder cannot be written."""
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
            f"Another GlyphStudio is training the run in {self._folder}. Wait until it ends, or stop it there."
        )

    def release(self) -> None:
        """Release the lock. The file stays: if it were removed, two processes could each lock a different file."""
        if self._file is not None:
            _unlock(self._file.fileno())
            self._file.close()
            self._file = None


def is_held(folder: Path) -> bool:
    """Whether a process, this one or another, trains the run in `folder`."""
    try:
        with (folder / LOCK_FILE).open("rb+") as file:
            if not _lock(file.fileno()):
                return True
            _unlock(file.fileno())
    except OSError:  # it was never locked, or the folder cannot be reached
        pass
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> bool:
        """Take the lock if it is free. Return whether it was."""
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
        """Take the lock if it is free. Return whether it was. A file system without locks counts as free, because
        training without a lock is better than no training."""
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in _TAKEN
        return True

    def _unlock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)
