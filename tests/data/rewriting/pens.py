"""A few characters written by several pens, for tests of strokes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from glyphstudio.data.rewriting.strokes import Strokes, Written

SHAPES: dict[str, list[list[tuple[float, float]]]] = {
    "Gothic/character01": [[(20, 10), (20, 90)], [(20, 50), (70, 50), (70, 90)]],
    "Gothic/character02": [[(50, 10), (80, 60), (20, 60), (50, 10)], [(50, 60), (50, 95)]],
    "Gothic/character03": [[(10, 20), (40, 60), (70, 20), (90, 70)]],
    "Korean/character01": [[(20, 20), (80, 20)], [(50, 20), (50, 80), (80, 80)]],
    "Greek/character01": [[(20, 80), (50, 10), (80, 80)], [(35, 50), (65, 50)]],
}


def written(drawers: int = 9) -> Written:
    """Each pen shakes; every second one writes the strokes in the other order, every third backwards."""
    found: Written = {}
    for name, shape in SHAPES.items():
        for drawer in range(1, drawers + 1):
            rng = np.random.default_rng([drawer, len(found)])
            strokes = [np.array(stroke, float) + rng.normal(0, 1.0, (len(stroke), 2)) for stroke in shape]
            strokes = [stroke[::-1] for stroke in strokes] if drawer % 3 == 0 else strokes
            found[name, drawer] = tuple(strokes[::-1] if drawer % 2 == 0 else strokes)
    return found


def archive(folder: Path, drawings: Written) -> Path:
    """Write drawings as Omniglot's archive has them."""
    path = folder / "strokes_background.zip"
    with zipfile.ZipFile(path, "w") as file:
        for (name, drawer), strokes in drawings.items():
            file.writestr(f"strokes_background/{name}/0001_{drawer:02}.txt", text(strokes))
        file.writestr("__MACOSX/strokes_background/Gothic/character01/._0001_01.txt", b"\x00\x05")
    return path


def text(strokes: Strokes) -> str:
    lines = ["START"]
    for stroke in strokes:
        lines += [f"{x:.6f},{-y:.6f},{index * 9}" for index, (x, y) in enumerate(stroke.tolist())]
        lines.append("BREAK")
    return "\n".join(lines) + "\n"


def arrays(folder: Path, drawings: Written) -> Path:
    """Write drawings as one .npz file."""
    names = sorted({name for name, _ in drawings})
    steps, lengths = [], []
    for strokes in drawings.values():
        points = np.round(np.concatenate(strokes) * 6)
        ups = np.concatenate([np.r_[np.zeros(len(stroke) - 1), 1] for stroke in strokes])
        steps.append(np.column_stack([np.diff(points, axis=0, prepend=0), ups]))
        lengths.append(len(points))
    path = folder / "strokes.npz"
    np.savez(
        path,
        stroke3=np.concatenate(steps).astype(np.int16),
        length=np.array(lengths, np.int16),
        character=np.array(names),
        character_index=np.array([names.index(name) for name, _ in drawings], np.int16),
        drawer=np.array([drawer for _, drawer in drawings], np.int8),
    )
    return path
