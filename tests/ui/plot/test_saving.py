"""The curves as a table or a picture in a file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from glyphstudio.ui.plot.curves import CurvesView
from glyphstudio.ui.plot.figure import SIZE
from glyphstudio.ui.plot.run_curves import Kind
from tests.ui.plot.making import steps


def export(view: CurvesView, qtbot: QtBot, path: Path) -> Path:
    with qtbot.waitSignal(view.exported) as got:
        view.export(path)
    assert got.args == [path]
    assert path.name in view.message.text()
    return path


def test_a_table_has_every_number(view: CurvesView, qtbot: QtBot, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    curves = steps(1, 25, loss=random.normal(size=25), after=np.array([np.nan, *random.random(24)]))
    view.show_run("a", 'A, "quoted"', "", curves)
    view.show_run("b", "B", "", steps(5, 10))
    view.legend.runs["b"].click()
    with export(view, qtbot, tmp_path / "curves.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == ['A, "quoted"'] * 25 + ["B"] * 10
    own = rows[:25]
    for column, numbers in (
        ("step", curves.step),
        ("training loss (nats)", curves.loss),
        ("accuracy before adaptation (0 to 1)", curves.before),
        ("accuracy after adaptation (0 to 1)", curves.after),
        ("time (s)", curves.seconds),
    ):
        np.testing.assert_array_equal([float(row[column]) for row in own], numbers)
    measured = [row for row in own if row["validation loss (nats)"]]
    assert [int(row["step"]) for row in measured] == [10, 20]
    for column, numbers in (
        ("validation loss (nats)", curves.validation_loss),
        ("validation accuracy (0 to 1)", curves.validation),
        ("validation accuracy, half of its 95 % interval (0 to 1)", curves.ci95),
    ):
        assert [float(row[column]) for row in measured] == numbers.tolist()
        assert sum(row[column] == "" for row in own) == 23
    assert [path.name for path in tmp_path.iterdir()] == ["curves.csv"]


def test_pictures(view: CurvesView, qtbot: QtBot, tmp_path: Path) -> None:
    view.show_run("a", "A & <b>", "", steps(1, 200))
    view.show_run("b", "Hidden", "", steps(1, 200))
    view.legend.runs["b"].click()
    with Image.open(export(view, qtbot, tmp_path / "curves.png")) as image:
        assert image.size == (2 * SIZE.width(), 2 * SIZE.height())
        pixels = np.asarray(image.convert("RGB")).astype(int)
    assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all(), "the background must be white in both themes"
    height, width, _ = pixels.shape
    later = slice(int(0.6 * width), int(0.9 * width))
    rows = np.nonzero((np.abs(pixels - [0x00, 0x72, 0xB2]) < 8).all(2)[:, later].sum(1) > 50)[0] / height
    assert ((rows > 0.45) & (rows < 0.58)).any(), "the loss has fallen"
    assert ((rows > 0.58) & (rows < 0.66)).any(), "after adaptation: high up"
    assert ((rows > 0.8) & (rows < 0.95)).any(), "before adaptation: far below"
    assert not (rows < 0.45).any()
    text = export(view, qtbot, tmp_path / "curves.SVG").read_text(encoding="utf-8")
    words = {(node.text or "").strip() for node in ElementTree.fromstring(text).iter() if node.tag.endswith("}text")}  # noqa: S314
    assert {"Loss (nats)", "Accuracy (%)", "Steps"} <= words
    assert any("A & <b>" in word for word in words)
    assert not any("Hidden" in word for word in words)
    assert "<image" not in text
    assert view.sheet._items["a"]._lines[Kind.LOSS].isVisible(), "the export changed the view"


def test_the_figure_shows_the_visible_part(view: CurvesView, qtbot: QtBot, tmp_path: Path) -> None:
    view.show_run("a", "A", "", steps(1, 5000))
    view.sheet.draw()
    view.sheet._see(3000.0, 3100.0)
    view.sheet.loss.getViewBox().setYRange(41, 42, padding=0)
    text = export(view, qtbot, tmp_path / "curves.svg").read_text(encoding="utf-8")
    words = {(node.text or "").strip() for node in ElementTree.fromstring(text).iter() if node.tag.endswith("}text")}  # noqa: S314
    assert {"3,020", "3,080", "41.2"} <= words
    assert not {"1,000", "5,000"} & words


def test_a_failed_export_is_reported(
    view: CurvesView, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.show_run("a", "A", "", steps(1, 20))
    said: list[str] = []
    view.refused.connect(said.append)
    for path, words in ((tmp_path / "curves.pdf", ".png, .svg or .csv"), (tmp_path / "no" / "a.csv", "no folder")):
        view.export(path)
        assert words in said[-1]
        assert view.message.text() == said[-1]
    old = export(view, qtbot, tmp_path / "curves.csv").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with qtbot.waitSignal(view.refused) as got:
        view.export(tmp_path / "curves.csv")
    assert "could not be saved" in got.args[0]
    assert "No space left" in view.message.text()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("curves.csv", old)]


def test_the_menu_asks_for_a_place(
    view: CurvesView, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.show_run("a", "A", "", steps(1, 20))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    menu = view.export_button.menu()
    assert isinstance(menu, QMenu)
    table: QAction = menu.actions()[-1]
    with qtbot.waitSignal(view.exported):
        table.trigger()
    assert (tmp_path / "mine.csv").is_file()


def test_a_view_that_is_deleted_while_it_saves(
    make: Callable[[], CurvesView], qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    view = make()
    view.show_run("a", "A", "", steps(1, 30_000))
    view.export(tmp_path / "late.csv")
    view.close()
    view.deleteLater()
    del view
    qtbot.waitUntil((tmp_path / "late.csv").is_file)
    qapp.processEvents()


@pytest.fixture
def make() -> Callable[[], CurvesView]:
    return CurvesView
