"""Writes a file so that, in any event, either the old file or the whole new one is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident


@contextmanager
def replacing(path: Path, part: Path | None = None) -> Iterator[Path]:
    """Yield a path beside `path` to write a file to. It replaces `path` when it is on the disk.

    part: that path. Processes or threads that may write at the same time need different ones. If the block raises, or
    the file cannot be written, the part is removed, and the old file is still at `path`. Raises OSError.
    """
    part = part or path.with_name(f"{path.name}.part")
    try:
        yield part
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def write_beside(path: Path, data: bytes, part: Path | None = None) -> None:
    """Replace `path` with `data`. Raises OSError."""
    with replacing(path, part) as beside, beside.open("wb") as file:
        file.write(data)


def own_part(path: Path) -> Path:
    """Return a path for a part that no other process or thread writes to."""
    return path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}.part")
