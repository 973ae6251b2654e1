"""The cache of rendered drawings, in the user's cache folder: reading 19,280 pictures once takes a minute."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.folders import DiskFolder
from glyphstudio.files import own_part, replacing

MOST_KEPT = 16  # files; whenever a source changes it gets a new one, so the ones read longest ago are removed


def cache_file(path: Path, how: str) -> Path:
    """Return where the drawings of `path` are kept. The key is made from the data's names, sizes and times, and from
    `how` they were read. Raises OSError."""
    digest = hashlib.sha256(f"{how} {path.resolve()}".encode(errors="surrogateescape"))
    if path.is_dir():
        for name in sorted(DiskFolder(path).names()):
            status = _status(path / name)
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode(errors="surrogateescape"))
    elif path.exists():
        status = path.stat()
        digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    folder_name = platformdirs.user_cache_path("GlyphStudio", appauthor=False) / "drawings"
    return folder_name / f"{path.stem}-{digest.hexdigest()[:16]}.npz"


def _status(path: Path) -> os.stat_result:
    """Return the status of a file, or of the link if it leads nowhere. Raises OSError."""
    try:
        return path.stat()
    except OSError:
        return path.lstat()


def read_cache(path: Path, size: int) -> tuple[Drawings, tuple[str, ...]]:
    """Return drawings with bitmaps of `size` pixels, and the notes about them. Raises any error if the file is not
    such a cache."""
    with np.load(path, allow_pickle=False) as file:
        bitmaps: NDArray[np.uint8] = file["bitmaps"]
        names, drawers = file["names"].tolist(), file["drawers"].tolist()
        notes = tuple(file["notes"].tolist()) if "notes" in file else ()
    if bitmaps.shape != (len(names), size, size) or bitmaps.dtype != np.uint8 or len(drawers) != len(names):
        raise ValueError("not a cache of this version")
    with suppress(OSError):
        os.utime(path)  # when it was last read
    return Drawings.of(bitmaps, names, drawers), notes


Made = tuple[NDArray[np.uint8], list[str], list[int]]  # bitmaps, names, drawers


def through_cache(path: Path, how: str, size: int, make: Callable[[], Made]) -> Drawings:
    """Return the drawings that `make` makes from `path`, from the cache if they are there. how, size: as for
    `cache_file` and `read_cache`. Raises DataError if `path` is unreadable, and what `make` raises."""
    try:
        cached = cache_file(path, how)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    with suppress(Exception):  # an unreadable cache, for any reason, is made again
        return read_cache(cached, size)[0]
    bitmaps, names, drawers = make()
    with suppress(OSError):  # without a cache the next load only takes longer
        write_cache(cached, bitmaps, names, drawers)
    return Drawings.of(bitmaps, names, drawers)


def write_cache(
    path: Path, bitmaps: NDArray[np.uint8], names: list[str], drawers: list[int], notes: tuple[str, ...] = ()
) -> None:
    """Write a cache, and remove those that were read longest ago if there are more than MOST_KEPT. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, own_part(path)) as beside, beside.open("wb") as file:
        said = np.array(notes, np.str_)
        np.savez_compressed(file, bitmaps=bitmaps, names=np.array(names), drawers=np.array(drawers), notes=said)
    by_age = sorted(path.parent.glob("*.npz"), key=lambda one: _status(one).st_mtime_ns, reverse=True)
    for old in by_age[MOST_KEPT:]:
        with suppress(OSError):
            old.unlink()
