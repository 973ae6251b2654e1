"""The official one-shot classification runs of Omniglot, the field's final test.

Lake, Salakhutdinov, Tenenbaum (2015). Each run is a task of 20 ways inside an alphabet, with one shot by one drawer and
20 queries by another. Its files are `runNN/training/classNN.png`, `runNN/test/itemNN.png` and `runNN/class_labels.txt`.
Each line of the labels names a test picture and the training picture of the same character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from glyphstudio.data.drawings import DataError
from glyphstudio.data.folders import DiskFolder, ZipFolder, open_folder
from glyphstudio.data.omniglot import read_file, read_picture
from glyphstudio.glyphs.picture import PictureError
from glyphstudio.glyphs.render import Bitmap, render_picture

_LABELS = re.compile(r"^(?:.*/)?(run\d+)/class_labels\.txt$", re.IGNORECASE)
_MAX_RUNS = 10_000
_MAX_LINES = 1000


@dataclass(frozen=True)
class OneShotRun:
    """support: (N, 1, S, S), query: (Q, 1, S, S), float32. answers: (Q,) int64, the way of each query."""

    name: str
    support: Tensor
    query: Tensor
    answers: Tensor


def load_runs(path: Path) -> list[OneShotRun]:
    """Return all runs below a folder or inside an archive (the official `all_runs.zip`). Raises DataError."""
    folder = open_folder(path)
    files = {name.lower(): name for name in folder.names()}
    labels = sorted((match[1].lower(), name) for name in files.values() if (match := _LABELS.match(name)))
    if not labels:
        raise DataError(f"{path} has no runNN/class_labels.txt. Give the folder or archive of the one-shot runs.")
    if len(labels) > _MAX_RUNS:
        raise DataError(f"{path} has more than {_MAX_RUNS:,} runs. Is this the right data?")
    return [_load(folder, files, run, name) for run, name in labels]


def _load(folder: DiskFolder | ZipFolder, files: dict[str, str], run: str, labels: str) -> OneShotRun:
    root = labels[: -len("class_labels.txt")].lower()
    base = root[: -len(run) - 1]  # the lines name files relative to the folder of all runs
    text = read_file(folder, labels).decode("utf-8", errors="replace")
    pairs = [line.split() for line in text.splitlines() if line.strip()]
    if not pairs or len(pairs) > _MAX_LINES or any(len(pair) != 2 for pair in pairs):
        raise DataError(
            f"{labels} must name a test picture and a training picture in every line. Fetch the runs again."
        )
    training = sorted(name for name in files if name.startswith(f"{root}training/") and name.endswith(".png"))
    ways = {name: way for way, name in enumerate(training)}

    def found(name: str) -> str:
        full = base + name.replace("\\", "/").lower()
        if full not in files:
            raise DataError(f"{labels} names {name}, which is not there. Fetch the runs again.")
        return full

    tests = [found(test) for test, _ in pairs]
    answers = [ways.get(found(train), -1) for _, train in pairs]
    if -1 in answers:
        raise DataError(f"{labels} names a training picture outside {root}training. Fetch the runs again.")

    def bitmaps(names: list[str]) -> Tensor:
        return torch.from_numpy(np.stack([_bitmap(folder, files[name]) for name in names]))[:, None]

    return OneShotRun(run, bitmaps(training), bitmaps(tests), torch.tensor(answers))


def _bitmap(folder: DiskFolder | ZipFolder, name: str) -> Bitmap:
    try:
        return render_picture(read_picture(folder, name))
    except PictureError as error:
        raise DataError(f"{name}: {error}") from error
