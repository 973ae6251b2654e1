"""Omniglot: 1,623 characters, each by 20 drawers, from the official archives or their unpacked folders.

Lake, Salakhutdinov, Tenenbaum (2015), "Human-level concept learning through probabilistic program induction",
Science 350. The layout is ALPHABET/characterNN/IDID_DD.png, where DD is the drawer.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from glyphstudio.data.cache import Made, through_cache
from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.folders import Folder, open_folder
from glyphstudio.glyphs.picture import Picture, PictureError
from glyphstudio.glyphs.render import RENDERER_VERSION, STYLE, RenderStyle, render_picture

Progress = Callable[[int, int], None]  # drawings done, drawings in total

DRAWING = re.compile(r"(?:^|/)([^/]+)/(character\d+)/\d+_(\d+)\.png$", re.IGNORECASE)
_MAX_FILES = 500_000
_MAX_BYTES = 1 << 20  # of one picture; Omniglot's have about 200
_MAX_SIDE = 1024


class OtherPicture(DataError):  # noqa: N818  it describes a picture, not a fault
    """The picture is larger than Omniglot's or of another format. Another reader may be able to read it."""


def read_file(folder: Folder, name: str) -> bytes:
    """Return one file of `folder`, bounded in size. Raises DataError naming the file."""
    try:
        data = folder.read(name, _MAX_BYTES)
    except Exception as error:  # a damaged archive can raise anything
        raise DataError(f"{name} cannot be read ({error}). Replace it, or fetch the data again.") from error
    if len(data) > _MAX_BYTES:
        raise OtherPicture(f"{name} is larger than any file of Omniglot. Is this the right data?")
    return data


def read_picture(folder: Folder, name: str) -> Picture:
    """Return one PNG of `folder`, bounded in size. Raises DataError naming the file."""
    data = read_file(folder, name)
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if max(image.size) > _MAX_SIDE:
                raise OtherPicture(f"{name} is {image.width} x {image.height} pixels. Is this the right data?")
            if image.mode[0] in "IF" or image.has_transparency_data:
                raise OtherPicture(f"{name} has transparent parts or 16-bit pixels. Save it as a plain grey picture.")
            return Picture(np.array(image.convert("L"), np.uint8))
    except DataError:
        raise
    except Exception as error:  # a decoder can raise anything too
        raise DataError(
            f"{name} cannot be read as a PNG picture ({error}). Replace it, or fetch the data again."
        ) from error


def load_omniglot(path: Path, on_progress: Progress | None = None, style: RenderStyle = STYLE) -> Drawings:
    """Return all drawings below `path`, rendered. Raises DataError.

    path: a folder in the official layout, an official archive, or a folder that contains `images_background` (packed or
    not). The user's cache folder keeps the bitmaps. Their key is made from the data's names, sizes and times, the
    renderer's version and `style`.
    """
    try:
        path = background(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    how = f"{RENDERER_VERSION} {style}"
    return through_cache(path, how, style.size, lambda: _rendered(path, on_progress, style))


def _rendered(path: Path, on_progress: Progress | None, style: RenderStyle) -> Made:
    folder = open_folder(path)
    # The small background sets share alphabets: a drawing in both of them counts once.
    drawings = {
        match[0].strip("/").lower(): (name, match) for name in sorted(folder.names()) if (match := DRAWING.search(name))
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
    return bitmaps, names, drawers


def background(path: Path) -> Path:
    """Return `path` itself, or the background set inside it if it contains several sets side by side."""
    if path.is_dir():
        inside = {item.name.lower(): item for item in path.iterdir()}
        for name in ("images_background", "images_background.zip"):
            if name in inside:
                return inside[name]
    return path
