"""Pictures in folders or an archive: finds out which layout they have, and loads them.

Omniglot's layout is ALPHABET/characterNN/IDID_DD.png; its reader is strict and quick. Everything else is read as class
folders, and so are pictures in Omniglot's layout that are larger than Omniglot's, transparent, or of other formats.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from glyphstudio.data.cache import cache_file, read_cache, write_cache
from glyphstudio.data.class_folders import is_candidate, load_class_folders
from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.folders import open_folder
from glyphstudio.data.omniglot import DRAWING, OtherPicture, background, load_omniglot
from glyphstudio.glyphs.render import RENDERER_VERSION, STYLE
from glyphstudio.plural import counted

_SMALL = ("images_background_small1", "images_background_small2")
Loaded = tuple[Drawings, tuple[str, ...]]  # with sentences about what was left out


def load_pictures(path: Path, on_progress: Callable[[int, int], None] | None = None) -> Loaded:
    """Return all drawings below a folder, or in a zip archive. Raises DataError."""
    try:
        path = background(path)
        parts = _small_sets(path)
        if parts:
            return Drawings.joined([load_omniglot(part, on_progress) for part in parts]).without_doubles(), ()
        folder = open_folder(path)
        names = list(folder.names())
        candidates = [name for name in names if is_candidate(name)]
        omniglot = sum(bool(DRAWING.search(name)) for name in candidates)
        others = len(candidates) - omniglot
        if omniglot and omniglot >= others:
            with suppress(OtherPicture):
                notes = (_others_left_out(others),) if others else ()
                return load_omniglot(path, on_progress), notes
        cached = cache_file(path, f"class folders 2 {RENDERER_VERSION} {STYLE}")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    with suppress(Exception):  # an unreadable cache, for any reason, is made again
        return read_cache(cached, STYLE.size)
    found = load_class_folders(folder, path, names, on_progress)
    with suppress(OSError):  # without a cache the next load only takes longer
        write_cache(cached, found.bitmaps, found.names, found.drawers, found.notes)
    return Drawings.of(found.bitmaps, found.names, found.drawers), found.notes


def _small_sets(path: Path) -> list[Path]:
    """Return Omniglot's two small background sets if they are in this folder as archives, as they were downloaded."""
    if not path.is_dir():
        return []
    inside = {item.name.lower(): item for item in path.iterdir()}
    found = [inside.get(name) or inside.get(f"{name}.zip") for name in _SMALL]
    there = [item for item in found if item is not None]
    return there if any(item.is_file() for item in there) else []


def _others_left_out(count: int) -> str:
    return f"Left out, because only the other pictures have Omniglot's layout: {counted(count, 'file')}."
