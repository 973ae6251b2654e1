"""Saving a file so that whatever happens, either the old one or the whole new one is there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from glyphstudio.engine.errors import SavingError


def write_beside(path: Path, data: bytes, what: str, writer: int = 0) -> None:
    """Write `data` beside `path`, then rename. Makes the folder where it is missing. writer: a number of its own for
    each of several processes that may do so at the same time.

    Raises SavingError, whose sentence begins with `what`; a file that was at `path` before is then still there.
    """
    beside = path.with_name(f"{path.name}.{writer}.part" if writer else f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise SavingError(
            f"{what} could not be saved as {path} ({error.strerror or error}). "
            "Make room there, or choose another folder, then try again."
        ) from error
