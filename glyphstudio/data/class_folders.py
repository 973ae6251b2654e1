"""Class folders: NAME/picture.png at any depth, the layout of torchvision's ImageFolder and of many other programs.

The folder that a picture is in names its glyph; the folders above that one are its alphabet. Every format that can
be imported works. Files that are not drawings are left out, and a note counts them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.drawings import DataError
from glyphstudio.data.folders import Folder
from glyphstudio.glyphs.importing import MAX_FILE_BYTES, MAX_SHOWN, ImportFailure, drawing_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing, PictureError
from glyphstudio.glyphs.render import STYLE, render_drawing
from glyphstudio.names import natural_key, shown
from glyphstudio.plural import counted

MAX_PICTURES = 500_000
_LONGEST_LABEL = 400  # characters
_PARTS = {"train", "training", "val", "valid", "validation", "test", "testing", "eval", "evaluation"}
_NO_DRAWINGS = {  # usual files beside pictures; all others are tried
    *(".txt", ".md", ".rst", ".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".log"),
    *(".db", ".glyphs", ".sqlite", ".npy", ".npz", ".mat", ".pkl", ".pt", ".pth", ".h5", ".safetensors", ".tfrecord"),
    *(".py", ".ipynb", ".sh", ".html", ".htm", ".zip", ".tar", ".gz", ".7z", ".lock", ".part", ".tmp", ".lnk"),
    *(".doc", ".docx", ".xls", ".xlsx", ".odt", ".ods", ".mp4", ".avi", ".mov", ".wav", ".mp3"),
}
_DRAWER = re.compile(r"^\d+_(\d+)\.\w+$")  # of Omniglot's names
_CHARACTER = re.compile(r"^character\d+$", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """bitmaps: (D, S, S) uint8. names: "ALPHABET/GLYPH" of each. notes: sentences about what was left out."""

    bitmaps: NDArray[np.uint8]
    names: list[str]
    drawers: list[int]
    notes: tuple[str, ...]


def is_candidate(name: str) -> bool:
    """Return whether this file may be a drawing of a class folder: it is inside a folder, not hidden, and not of a kind
    that is known to be something else."""
    return "/" in name and is_drawing_name(name)


def is_drawing_name(name: str) -> bool:
    """Return whether this file is not hidden, and not of a kind that is known to be something else."""
    parts = name.split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and Path(parts[-1]).suffix.lower() not in _NO_DRAWINGS


def load_class_folders(
    folder: Folder, path: Path, names: list[str], on_progress: Callable[[int, int], None] | None = None
) -> Found:
    """Return the drawings among the files `names` of `folder`, rendered. path: of that folder or archive.

    Raises DataError if no file is a drawing, or if there are too many.
    """
    files = sorted((name for name in names if is_candidate(name)), key=lambda name: (natural_key(name), name))
    if len(files) > MAX_PICTURES:
        raise DataError(f"{path} has more than {MAX_PICTURES:,} pictures. Is this the right data?")
    bitmaps, labels, drawers = [], [], []
    failures: list[str] = []
    counts: dict[str, int] = {}
    for index, name in enumerate(files):
        try:
            label = _label(name, path)
            bitmap = render_drawing(_drawing(folder, name))
        except (ImportFailure, PictureError) as error:
            failures.append(f"{shown(name)}: {error}")
        else:
            bitmaps.append(np.round(bitmap * 255).astype(np.uint8))
            labels.append(label)
            drawers.append(_drawer(name, counts.get(label, 0)))
            counts[label] = counts.get(label, 0) + 1
        if on_progress is not None and (index % 16 == 15 or index + 1 == len(files)):
            on_progress(index + 1, len(files))
    if not bitmaps:
        raise _nothing(path, failures)
    return Found(
        np.stack(bitmaps).reshape(-1, STYLE.size, STYLE.size), labels, drawers, _notes(failures, folder.left_out)
    )


def _drawing(folder: Folder, name: str) -> Drawing:
    """Raises ImportFailure and PictureError."""
    short = shown(name.rsplit("/", 1)[-1], MAX_SHOWN)
    try:
        data = folder.read(name, MAX_FILE_BYTES)
    except Exception as error:  # a damaged archive can raise anything
        reason = getattr(error, "strerror", None) or error
        raise ImportFailure(f"{short} cannot be read ({reason}).") from error
    drawing = drawing_from_bytes(data, short)
    if isinstance(drawing, Ink) and not drawing:
        raise PictureError("It has no ink.")
    return drawing


def _label(name: str, path: Path) -> str:
    """Return "ALPHABET/GLYPH". Ignore folders such as `train` and `test`, which only sort pictures of the same
    glyphs. Raises PictureError."""
    *above, glyph = name.split("/")[:-1]
    above = [part for part in above if part.lower() not in _PARTS]
    alphabet = "∕".join(above) or path.stem or "Folder"
    label = f"{shown(alphabet)}/{shown(glyph)}"
    if len(label) > _LONGEST_LABEL:  # all labels of an array take as much memory as its longest
        raise PictureError(f"The names of its folders have more than {_LONGEST_LABEL} characters together.")
    return label


def _drawer(name: str, number: int) -> int:
    """Return the drawer that Omniglot's layout names. In any other layout, return the number of the glyph's drawing."""
    *_, folder, file = name.split("/")
    match = _DRAWER.match(file) if _CHARACTER.match(folder) else None
    return int(match[1][:9]) if match else number


def _notes(failures: list[str], links: list[str]) -> tuple[str, ...]:
    notes = []
    if failures:
        more = "" if len(failures) == 1 else f" and {counted(len(failures) - 1, 'other file')}"
        notes.append(f"Left out, because no drawing could be read: {failures[0]}{more}".rstrip(".") + ".")
    if links:
        more = "" if len(links) == 1 else f" and {len(links) - 1:,} more"
        notes.append(f"Left out, because it is a link to a folder or cannot be read: {shown(links[0])}{more}.")
    return tuple(notes)


def _nothing(path: Path, failures: list[str]) -> DataError:
    if failures:
        return DataError(f"{path} has no drawing that can be read. {failures[0]}")
    return DataError(
        f"{path} has neither class folders (NAME/picture.png, one folder for each glyph) nor Omniglot's layout "
        "(ALPHABET/characterNN/IDID_DD.png). Put the pictures of each glyph in a folder with the glyph's name. "
        "`glyphstudio data fetch omniglot` fetches Omniglot."
    )
