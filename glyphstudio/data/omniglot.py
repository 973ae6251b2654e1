"""Omniglot: 1,623 characters, each by 20 drawers, from the official archives or their unpacked folders.

Lake, Salakhutdinov, Tenenbaum (2015), "Human-level concept learning through probabilistic program induction",
Science 350. The layout is ALPHABET/characterNN/IDID_DD.png, where DD is the drawer.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np
import platformdirs
from numpy.typing import NDArray
from PIL import Image

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.files import own_part, replacing
from glyphstudio.glyphs.picture import Picture, PictureError
from glyphstudio.glyphs.render import RENDERER_VERSION, STYLE, RenderStyle, render_picture

Progress = Callable[[int, int], None]  # drawings done, drawings in total

_DRAWING = re.compile(r"(?:^|/)([^/]+)/(character\d+)/\d+_(\d+)\.png$", re.IGNORECASE)
_MAX_FILES = 500_000
_MAX_BYTES = 1 << 20  # of one picture; Omniglot's have about 200
_MAX_SIDE = 1024


class _Folder(Protocol):
    def names(self) -> Iterator[str]: ...
    def read(self, name: str) -> bytes: ...


class DiskFolder:
    """The files below a folder, named by their paths inside it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> Iterator[str]:
        for folder, _, files in os.walk(self.root):
            for name in files:
                yield (Path(folder) / name).relative_to(self.root).as_posix()

    def read(self, name: str) -> bytes:
        with (self.root / name).open("rb") as file:
            return file.read(_MAX_BYTES + 1)


class ZipFolder:
    """The files in an archive, read in place and never unpacked to disk."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)

    def names(self) -> Iterator[str]:
        return iter(self.archive.namelist())

    def read(self, name: str) -> bytes:
        with self.archive.open(name) as file:
            return file.read(_MAX_BYTES + 1)


def open_folder(path: Path) -> DiskFolder | ZipFolder:
    """Open a folder, or a zip archive as a folder. Raises DataError with a sentence."""
    try:
        if path.is_dir():
            return DiskFolder(path)
        if not path.exists():
            raise DataError(f"There is no file or folder {path}. Check the path.")
        return ZipFolder(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise DataError(
            f"{path} is neither a folder nor a readable zip archive ({error}). Choose another one, or fetch the data "
            "again."
        ) from error


def read_file(folder: _Folder, name: str) -> bytes:
    """Return one file of `folder`, bounded in size. Raises DataError naming the file."""
    try:
        data = folder.read(name)
    except Exception as error:  # a damaged archive can raise anything
        raise DataError(f"{name} cannot be read ({error}). Fetch the data again.") from error
    if len(data) > _MAX_BYTES:
        raise DataError(f"{name} is larger than any file of Omniglot. Is this the right data?")
    return data


def read_picture(folder: _Folder, name: str) -> Picture:
    """Return one PNG of `folder`, bounded in size. Raises DataError naming the file."""
    data = read_file(folder, name)
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if max(image.size) > _MAX_SIDE:
                raise DataError(f"{name} is {image.width} x {image.height} pixels. Is this the right data?")
            return Picture(np.array(image.convert("L"), np.uint8))
    except DataError:
        raise
    except Exception as error:  # a decoder can raise anything too
        raise DataError(f"{name} cannot be read as a PNG picture ({error}). Fetch the data again.") from error


def load_omniglot(path: Path, on_progress: Progress | None = None, style: RenderStyle = STYLE) -> Drawings:
    """Return all drawings below `path`, rendered. Raises DataError.

    path: a folder in the official layout, an official archive, or a folder that contains `images_background` (packed or
    not). The user's cache folder keeps the bitmaps. Their key is made from the data's names, sizes and times, the
    renderer's version and `style`.
    """
    try:
        path = _background(path)
        cached = _cache_file(path, style)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    with suppress(Exception):  # an unreadable cache, for any reason, is made again
        return _read_cache(cached, style)
    folder = open_folder(path)
    # The small background sets share alphabets: a drawing in both of them counts once.
    drawings = {
        match[0].strip("/").lower(): (name, match)
        for name in sorted(folder.names())
        if (match := _DRAWING.search(name))
    }
    found = list(drawings.values())
    if not found:
        raise DataError(
            f"{path} is not Omniglot: it has no ALPHABET/characterNN/IDID_DD.png. "
            "`glyphstudio data fetch omniglot` fetches the official archives."
        )
    if len(found) > _MAX_FILES:
        raise DataError(f"{path} has more than {_MAX_FILES:,} pictures; Omniglot has 32,460. Is this the right data?")
    found.sort(key=lambda item: item[0])
    bitmaps = np.empty((len(found), style.size, style.size), np.uint8)
    for index, (name, _) in enumerate(found):
        try:
            bitmap = render_picture(read_picture(folder, name), style)
        except PictureError as error:
            raise DataError(f"{name}: {error}") from error
        bitmaps[index] = np.round(bitmap * 255)
        if on_progress is not None and (index % 64 == 63 or index + 1 == len(found)):
            on_progress(index + 1, len(found))
    names = [f"{match[1]}/{match[2].lower()}" for _, match in found]
    drawers = [int(match[3]) for _, match in found]
    with suppress(OSError):  # without a cache the next load only takes longer
        _write_cache(cached, bitmaps, names, drawers)
    return Drawings.of(bitmaps, names, drawers)


def _background(path: Path) -> Path:
    """Return `path` itself, or the background set inside it if it contains several sets side by side."""
    if path.is_dir():
        inside = {item.name.lower(): item for item in path.iterdir()}
        for name in ("images_background", "images_background.zip"):
            if name in inside:
                return inside[name]
    return path


def _cache_file(path: Path, style: RenderStyle) -> Path:
    digest = hashlib.sha256(f"{RENDERER_VERSION} {style} {path.resolve()}".encode())
    if path.is_dir():
        for name in sorted(DiskFolder(path).names()):
            status = (path / name).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode(errors="surrogateescape"))
    elif path.exists():
        status = path.stat()
        digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    folder_name = platformdirs.user_cache_path("GlyphStudio", appauthor=False) / "drawings"
    return folder_name / f"{path.stem}-{digest.hexdigest()[:16]}.npz"


def _read_cache(path: Path, style: RenderStyle) -> Drawings:
    with np.load(path, allow_pickle=False) as file:
        bitmaps: NDArray[np.uint8] = file["bitmaps"]
        names, drawers = file["names"].tolist(), file["drawers"].tolist()
    if bitmaps.shape != (len(names), style.size, style.size) or bitmaps.dtype != np.uint8 or len(drawers) != len(names):
        raise ValueError("not a cache of this version")
    return Drawings.of(bitmaps, names, drawers)


def _write_cache(path: Path, bitmaps: NDArray[np.uint8], names: list[str], drawers: list[int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, own_part(path)) as beside, beside.open("wb") as file:
        np.savez_compressed(file, bitmaps=bitmaps, names=np.array(names), drawers=np.array(drawers))
