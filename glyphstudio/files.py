"""Writing a file so that, whatever happens, either the old one or the whole new one is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path, part: Path | None = None) -> Iterator[Path]:
    """A path beside `path` to write a file to, which takes the place of `path` once it is on the disk.

    part: that path; several processes or threads that may write at the same time need one each. Where the block raises,
    or the file cannot be written, the part is removed, and what was at `path` is still there. Raises OSError.
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
    """Replace `path` by `data`. Raises OSError."""
    with replacing(path, part) as beside, beside.open("wb") as file:
        file.write(data)


def own_part(path: Path) -> Path:
    """A part that no other process writes to."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")
