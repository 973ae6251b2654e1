"""The sample glyphs: complete, plausible as handwriting, and exactly as their script makes them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from glyphstudio.glyphs.importing import load_drawing
from glyphstudio.glyphs.ink import Ink

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "assets" / "samples"
HANDS = ["brisk", "careful", "heavy", "loose"]
FILES = sorted(SAMPLES.glob("*/*.inkml"))


def load(path: Path) -> Ink:
    drawing = load_drawing(path)
    assert isinstance(drawing, Ink)
    return drawing


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", ROOT / "packaging" / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_twenty_glyphs_by_four_hands() -> None:
    folders = sorted(path for path in SAMPLES.iterdir() if path.is_dir())
    assert len(folders) == 20
    assert len({folder.name.casefold() for folder in folders}) == 20
    for folder in folders:
        assert sorted(path.stem for path in folder.iterdir()) == HANDS, folder.name
    assert "simulated" in (SAMPLES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_drawing_is_plausible(path: Path) -> None:
    ink = load(path)
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    assert points.min() > 0.05
    assert points.max() < 0.95
    assert np.ptp(points, axis=0).max() > 0.35, "too small to be seen well"
    end = -1.0
    for stroke in ink.strokes:
        steps = np.diff(stroke.t)
        assert (steps >= 8).all()
        assert (steps <= 12).all()
        assert stroke.t[0] > end, "the pen needs time between strokes"
        end = float(stroke.t[-1])
        way = np.hypot(*np.diff(stroke.xy, axis=0).T)
        assert way.max() / 10.0 < 0.005, "no hand crosses half a canvas in a tenth of a second"
        assert (stroke.pressure is not None) == (path.stem in ("brisk", "heavy"))
    assert 400 < end < 6000


def test_no_two_drawings_are_the_same_and_some_have_several_strokes_and_dots() -> None:
    inks = {path: load(path) for path in FILES}
    assert len(set(inks.values())) == 80
    by_glyph = {path.parent.name: len(ink.strokes) for path, ink in inks.items()}
    assert min(by_glyph.values()) == 1
    assert max(by_glyph.values()) >= 4
    dots = [
        stroke for stroke in inks[SAMPLES / "Pirru" / "brisk.inkml"].strokes if np.ptp(stroke.xy, axis=0).max() < 0.03
    ]
    assert len(dots) == 3


def test_the_script_makes_exactly_these_files(script: ModuleType, tmp_path: Path) -> None:
    made = script.make(tmp_path)
    assert len(made) == 80
    for path in made:
        assert path.read_bytes() == (SAMPLES / path.relative_to(tmp_path)).read_bytes(), path.name
