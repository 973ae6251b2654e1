"""Omniglot's pen strokes: how each drawing was made, not only how it looks.

Read from an official archive or its folder (strokes_background/ALPHABET/characterNN/IDID_DD.txt, with lines `START`,
`x,y,t` and `BREAK`), or from one .npz file with the arrays `stroke3` (dx, dy, whether the pen goes up; in sixths of a
pixel), `length` (rows of each drawing), `character_index`, `character` and `drawer`.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.drawings import DataError
from glyphstudio.data.folders import open_folder
from glyphstudio.data.omniglot import read_file

Points = NDArray[np.float64]  # (P, 2), x and y; y down
Strokes = tuple[Points, ...]  # of one drawing, in Omniglot's pixels
Written = dict[tuple[str, int], Strokes]  # by the character's name and the drawer

_DRAWING = re.compile(r"(?:^|/)([^/]+)/(character\d+)/\d+_(\d+)\.txt$", re.IGNORECASE)
_ARRAYS = ("stroke3", "length", "character", "character_index", "drawer")
_UNITS = 6.0  # of the .npz file, in a pixel
_MOST_BYTES = 64 << 20
_MOST = 1e6  # pixels: no pen leaves the paper


def load_strokes(path: Path) -> Written:
    """Return the strokes of every drawing in a folder, an archive or an .npz file. Raises DataError."""
    written = _read_arrays(path) if path.suffix.lower() == ".npz" else _read_texts(path)
    if not written:
        raise DataError(
            f"{path} has no pen strokes: no ALPHABET/characterNN/IDID_DD.txt. Give Omniglot's strokes_background.zip."
        )
    return written


def _read_texts(path: Path) -> Written:
    try:
        folder = open_folder(path)
        names = sorted(folder.names())
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    written: Written = {}
    for name in names:
        match = None if name.startswith("__MACOSX/") else _DRAWING.search(name)
        if match:
            strokes = _parsed(read_file(folder, name), name)
            written[f"{match[1]}/{match[2].lower()}", int(match[3])] = strokes
    return written


def _parsed(data: bytes, name: str) -> Strokes:
    strokes: list[list[tuple[float, float]]] = [[]]
    try:
        for line in data.decode("ascii").split():
            if line == "BREAK":
                strokes.append([])
            elif line != "START":
                x, y, _ = line.split(",")
                strokes[-1].append((float(x), -float(y)))
    except ValueError as error:
        raise DataError(
            f"{name} is not a drawing of Omniglot's strokes. Replace it, or fetch the data again."
        ) from error
    return _checked([np.array(stroke) for stroke in strokes if stroke], name)


def _read_arrays(path: Path) -> Written:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise DataError(f"{path} is larger than Omniglot's strokes. Is this the right data?")
        with np.load(path, allow_pickle=False) as file:
            steps, lengths, names, indices, drawers = (file[name] for name in _ARRAYS)
        lengths = lengths.astype(np.int64)
        if (
            not (len(lengths) == len(indices) == len(drawers))
            or lengths.min(initial=1) < 1
            or lengths.sum() != len(steps)
        ):
            raise ValueError("its arrays do not fit together")
        written: Written = {}
        for drawing, index, drawer in zip(np.split(steps, np.cumsum(lengths)[:-1]), indices, drawers, strict=True):
            places = np.cumsum(drawing[:, :2].astype(np.float64), 0) / _UNITS
            cuts = np.flatnonzero(drawing[:-1, 2]) + 1
            name = str(names[index])
            written[name, int(drawer)] = _checked(np.split(places, cuts), name)
    except DataError:
        raise
    except Exception as error:  # a damaged file can raise anything
        raise DataError(f"{path} has no pen strokes that can be read ({error}). Fetch the data again.") from error
    return written


def _checked(strokes: list[Points], name: str) -> Strokes:
    """Raises DataError for a drawing without points, or with points that are no places on paper."""
    if not strokes or not all(bool((np.abs(stroke) < _MOST).all()) for stroke in strokes):  # NaN is not below either
        raise DataError(f"The strokes of {name} have no places on paper. Replace the file, or fetch the data again.")
    return tuple(np.ascontiguousarray(stroke, np.float64) for stroke in strokes)
