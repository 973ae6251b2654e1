"""Keeps drafts: a copy of the drawing on the canvas that survives a crash, one for each library."""

from __future__ import annotations

import hashlib
from pathlib import Path

from glyphstudio.files import own_part, write_beside
from glyphstudio.glyphs.ink import Ink, InkError
from glyphstudio.glyphs.picture import Drawing, Picture
from glyphstudio.library.errors import LibraryError
from glyphstudio.library.glyph import pack, unpack

_LARGEST = 32 << 20  # bytes


def draft_path(folder: Path, library: Path) -> Path:
    """Return the path of a library's draft."""
    return folder / f"draft-{hashlib.sha256(str(library).encode()).hexdigest()[:16]}"


def save_draft(path: Path, drawing: Drawing | None) -> None:
    """Write the draft beside its path and rename it, or delete it if there is no drawing. Raises OSError."""
    if not drawing:
        path.unlink(missing_ok=True)
        return
    _, data = pack(drawing)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, data, own_part(path))


def load_draft(path: Path) -> Drawing | None:
    """Return the draft's drawing, or None. Deletes a draft that cannot be decoded."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError:
        return None
    try:
        if len(data) > _LARGEST:
            raise InkError("The draft is larger than the largest drawing.")
        drawing = unpack("ink" if data.startswith(b"GINK") else "picture", data)
    except (ValueError, LibraryError):
        path.unlink(missing_ok=True)
        return None
    return drawing if isinstance(drawing, Picture) or (isinstance(drawing, Ink) and drawing) else None
