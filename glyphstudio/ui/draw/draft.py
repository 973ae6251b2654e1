"""The draft: a copy of the drawing on the canvas that survives a crash. One for each library."""

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
    """Where the draft of a library lies."""
    return folder / f"draft-{hashlib.sha256(str(library).encode()).hexdigest()[:16]}"


def save_draft(path: Path, drawing: Drawing | None) -> None:
    """Keep a drawing, or forget the draft where there is none. Written beside and renamed. Raises OSError."""
    if not drawing:
        path.unlink(missing_ok=True)
        return
    _, data = pack(drawing)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, data, own_part(path))


def load_draft(path: Path) -> Drawing | None:
    """The drawing that was kept, or None; a draft that cannot be read is removed."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError:
        return None
    try:
        if len(data) > _LARGEST:
            raise InkError("This ink is larger than any drawing may be.")
        drawing = unpack("ink" if data.startswith(b"GINK") else "picture", data)
    except (ValueError, LibraryError):
        path.unlink(missing_ok=True)
        return None
    return drawing if isinstance(drawing, Picture) or (isinstance(drawing, Ink) and drawing) else None
