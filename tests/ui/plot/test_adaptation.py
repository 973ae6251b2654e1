"""Adaptation curves as a picture, tested by its pixels and its text."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from glyphstudio.engine.errors import EngineError
from glyphstudio.ui.plot.adaptation import Curve, save_curves, spread
from glyphstudio.ui.plot.colours import COLOURS
from glyphstudio.ui.plot.picture import PlotError, check_place

STEPS = 11
FLAT = Curve("Nearest & <dearest>", [0.97], [0.01])
FAST = Curve("Fast", [0.2, *[0.98] * 10], [0.01] * STEPS)
SLOW = Curve("Slow", [0.2 + 0.07 * step for step in range(STEPS)], [0.02] * STEPS, baseline=True)


def pixels(path: Path) -> NDArray[np.int64]:
    """Return the picture's colours, (H, W, 3)."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def near(picture: NDArray[np.int64], colour: str) -> NDArray[np.bool_]:
    shade = QColor(colour)
    wanted = np.array([shade.red(), shade.green(), shade.blue()])
    close: NDArray[np.bool_] = (np.abs(picture - wanted) < 12).all(2)
    return close


def saved(path: Path, *curves: Curve) -> Path:
    save_curves(path, curves, "A title")
    return path


def test_a_png_shows_each_curve_where_it_belongs(qtbot: QtBot, tmp_path: Path) -> None:
    picture = pixels(saved(tmp_path / "curves.PNG", FLAT, FAST, SLOW))
    height, width, _ = picture.shape
    assert (picture[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all(), "the background is not white"
    fast, slow = near(picture, COLOURS[0]), near(picture, "#000000")
    middle = slice(int(0.3 * width), int(0.5 * width))  # three to five steps
    fast_y, slow_y = (float(np.nonzero(mask[:, middle])[0].mean()) for mask in (fast, slow))
    assert fast_y < slow_y - 0.2 * height, "the faster learner must be higher up"
    beginning = slice(0, int(0.1 * width))
    assert fast[:, beginning].any(), "step 0 is missing"
    lowest = [np.nonzero(mask[: int(0.9 * height)])[0].max() for mask in (fast, slow)]
    assert abs(lowest[0] - lowest[1]) < 0.03 * height, "both must start at 20 %"


def test_nothing_is_cut_off_at_the_edges(qtbot: QtBot, tmp_path: Path) -> None:
    long = Curve("A name that is rather long [10]", FAST.accuracy, FAST.ci95, baseline=True)
    many = [Curve(f"Learner {number}", [0.99 + number / 1e4] * STEPS, [0.001] * STEPS) for number in range(16)]
    for name, curves in (("long", [long, FLAT]), ("many", many)):
        picture = pixels(saved(tmp_path / f"{name}.png", *curves))
        frame = [picture[:8], picture[-8:], picture[:, :8], picture[:, -8:]]
        assert all((part > 225).all() for part in frame), name


def test_an_svg_holds_the_words_and_no_pixels(qtbot: QtBot, tmp_path: Path) -> None:
    text = saved(tmp_path / "curves.svg", FLAT, FAST, SLOW).read_text(encoding="utf-8")
    words = {(node.text or "").strip() for node in ElementTree.fromstring(text).iter() if node.tag.endswith("}text")}  # noqa: S314
    assert {"Fast", "Slow", "A title", *map(str, range(STEPS)), "20", "50", "80", "90"} <= words
    assert any("dearest" in word for word in words)
    assert "Right answers (%)" in words
    assert "<image" not in text
    # Nothing is stretched, so that each line has the same width everywhere.
    matrices = [list(map(float, one.split(","))) for one in re.findall(r"matrix\(([^)]*)\)", text)]
    assert len(matrices) > 20
    assert all(math.hypot(a, b) == pytest.approx(math.hypot(c, d), rel=1e-3) for a, b, c, d, _, _ in matrices)


def test_perfect_and_unknown_figures(qtbot: QtBot, tmp_path: Path) -> None:
    perfect = Curve("Perfect", [0.2, *[1.0] * 10], [math.nan] * STEPS)
    for curves in ([perfect], [Curve("Only", [1.0], [math.nan])], [perfect, FLAT]):
        assert len(saved(tmp_path / "curves.png", *curves).read_bytes()) > 5000


def test_labels_are_spread_so_that_none_hides_another() -> None:
    assert spread([5.0, 1.0, 3.0], 1.0, 10.0) == [5.0, 1.0, 3.0], "labels that are apart must stay"
    crowded = spread([9.9, 9.8, 2.0, 9.9], 1.0, 10.0)
    assert crowded[2] == 2.0
    ordered = sorted(crowded)
    assert all(high - low >= 1.0 - 1e-9 for low, high in pairwise(ordered))
    assert max(crowded) <= 10.0
    assert crowded[1] < min(crowded[0], crowded[3]), "labels must keep the order of their curves"


def test_places_that_cannot_take_a_picture(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path / "curves.pdf", r"ends in \.png or \.svg"),
        (tmp_path / "curves", r"ends in \.png or \.svg"),
        (tmp_path / "nowhere" / "curves.png", "there is no folder"),
    ):
        with pytest.raises(PlotError, match=words):
            check_place(path)
        with pytest.raises(PlotError, match=words):
            save_curves(path, [FLAT], "A title")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(PlotError, match="is a folder"):
        check_place(tmp_path / "folder.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]


def test_a_full_disk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = saved(tmp_path / "curves.png", FLAT).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(EngineError, match=r"The plot could not be saved .* \(No space left"):
        saved(tmp_path / "curves.png", FLAT, FAST)
    assert (tmp_path / "curves.png").read_bytes() == old


def test_a_picture_of_errors_has_small_errors_on_top(qtbot: QtBot, tmp_path: Path) -> None:
    better = Curve("Better", [4.0, *[0.05] * 10], [0.01] * STEPS)
    worse = Curve("Worse", [4.0] * STEPS, [0.5] * STEPS, baseline=True)
    path = tmp_path / "errors.png"
    save_curves(path, [better, worse], "A title", best=0.9999, errors=True)
    picture = pixels(path)
    height, width, _ = picture.shape
    middle = slice(int(0.3 * width), int(0.5 * width))
    low, high = (float(np.nonzero(near(picture, colour)[:, middle])[0].mean()) for colour in ("#000000", COLOURS[0]))
    assert high < low - 0.4 * height
