"""The Evaluate panel and its worker, with real tasks, real weights and real events."""

from __future__ import annotations

import csv
import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from glyphstudio.cli import main
from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.export import to_png
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.library.library import Library
from glyphstudio.resources import weights_of
from glyphstudio.ui.evaluate import worker as evaluating_worker
from glyphstudio.ui.evaluate.export import DIAGRAM, FIGURES, PAIRS, as_json
from glyphstudio.ui.evaluate.messages import EVERYTHING
from glyphstudio.ui.evaluate.panel import EvaluatePanel
from glyphstudio.ui.evaluate.worker import EvaluateWorker
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.wording import LOADING
from glyphstudio.ui.sources.one_source import LIBRARY
from tests.engine.making import CALIBRATION, SMALL, equal, scrawl
from tests.omniglot import omniglot_folder
from tests.ui.evaluate.making import SOURCE, measured, ready, warned

CommandLine = Callable[..., dict[str, object]]


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A function that returns what `glyphstudio evaluate` prints."""

    def evaluate(*options: object) -> dict[str, object]:
        monkeypatch.setattr(sys, "argv", ["glyphstudio", "evaluate", "--json", *map(str, options)])
        capsys.readouterr()
        assert main() == 0
        printed: dict[str, object] = json.loads(capsys.readouterr().out)
        return printed

    return evaluate


# Measuring


@pytest.mark.parametrize("within", [False, True])
def test_the_figure_is_that_of_the_command_line(
    qtbot: QtBot, panel: EvaluatePanel, weights: Path, command_line: CommandLine, within: bool
) -> None:
    if within:
        QTest.mouseClick(panel.form.within, Qt.MouseButton.LeftButton)
    panel.form.queries.setValue(2)
    measured(qtbot, panel)
    common = ("--data", SOURCE, "--weights", weights, "--ways", 5, "--queries", 2, "--tasks", 30, "--seed", 3)
    printed = command_line(*common, *(["--within-alphabet"] if within else []))
    assert panel.result.result is not None
    ours = json.loads(as_json(panel.result.result))
    for name in printed.keys() - {"seconds"}:
        assert ours[name] == printed[name], name
    assert 0.2 < ours["accuracy"] < 1
    shown = f"{100 * ours['accuracy']:.1f} ± {100 * ours['ci95']:.1f} % right"
    assert panel.result.figure.text() == shown
    assert panel.result.settings.text() == "5-way 1-shot, 30 tasks, seed 3"
    assert ("from one alphabet" in panel.result.protocol.text()) is within
    assert ours["reliability"]["answers"] == 30 * 5 * 2


def test_inner_steps_of_a_gradient_learner(
    qtbot: QtBot, panel: EvaluatePanel, tmp_path: Path, command_line: CommandLine
) -> None:
    measured(qtbot, panel)
    assert not panel.result.adapting.isVisible(), "ProtoNet has no inner loop"
    assert not panel.form.steps.isEnabled() and panel.form.steps.toolTip() == "This learner has no inner loop."
    torch.manual_seed(0)
    path = tmp_path / "maml.safetensors"
    save_weights(path, LEARNERS["maml"](SMALL, equal(steps=2)).eval(), CALIBRATION, {})
    panel.use(path, "MAML")
    assert not panel.start.isEnabled(), "another learner needs another check"
    ready(qtbot, panel)
    assert panel.form.steps.isEnabled() and panel.form.steps.text() == "as trained (2)"
    panel.form.tasks.setValue(4)
    for steps, taken in ((-1, 2), (1, 1)):
        panel.form.steps.setValue(steps)
        measured(qtbot, panel)
        assert panel.result.result is not None
        assert panel.result.result.steps == taken
        more = () if steps < 0 else ("--inner-steps", steps)
        common = ("--data", SOURCE, "--weights", path, "--ways", 5, "--tasks", 4, "--seed", 3)
        printed = command_line(*common, *more)
        assert printed["accuracy"] == round(panel.result.result.accuracy, 6)
        assert printed["inner_steps"] == taken
        ours = json.loads(as_json(panel.result.result))
        for key in ("over_nearest_prototype", "over_head_only", "answers_changed"):
            assert printed[key] == ours[key]
        assert panel.result.adapting.isVisible()
        assert panel.result.adapting.text().startswith(f"Adapting changes {printed['answers_changed']} of 20 answers")


def test_pairs_as_pictures_and_the_diagram(qtbot: QtBot, panel: EvaluatePanel) -> None:
    panel.form.tasks.setValue(80)
    measured(qtbot, panel)
    assert panel.result.result is not None
    pairs, rows = panel.result.result.pairs, panel.result.pairs.rows
    assert len(rows) == 5
    assert panel.result.pairs.more.text() == "Show 7 more"
    bounds = [pair.counts.interval[0] for pair in pairs]
    assert bounds == sorted(bounds, reverse=True)
    first = rows[0].pair
    assert first.first.startswith("Synthetic 1, ") and len(first.of_first) == len(first.of_second) == 3
    assert first.of_first[0].any() and (first.of_first[0] != first.of_second[0]).any()
    counts = first.counts
    assert rows[0].counts.text().startswith(f"mixed up in {counts.mixed} of {counts.together} tasks that had both")
    panel.result.pairs.more.click()
    assert [row.pair for row in panel.result.pairs.rows] == list(pairs[:12])
    assert not panel.result.pairs.more.isVisible()
    qtbot.waitUntil(lambda: all(row.isVisible() for row in rows))
    assert panel.result.plot is not None and panel.result.plot.isVisible()
    assert panel.result.trust.text()
    measured(qtbot, panel)
    assert len(panel.result.pairs.rows) == 5, "rows of the old result are left"


def test_omniglot(qtbot: QtBot, panel: EvaluatePanel, tmp_path: Path) -> None:
    folder = tmp_path / "some"
    with zipfile.ZipFile(omniglot_folder() / "images_background.zip") as archive:
        for name in archive.namelist():
            if "Early_Aramaic" in name and name.endswith(("_01.png", "_02.png", "_03.png", "_04.png")):
                archive.extract(name, folder)
    panel.use(weights_of("protonet"), "ProtoNet")
    panel.form.source.choose(str(folder))
    panel.form.ways.setValue(20)
    warned(qtbot, panel, "there are 5. Ask for fewer ways.")  # held out of one alphabet
    panel.form.part.setCurrentIndex(2)
    panel.form.ways.setValue(20)
    panel.form.within.setChecked(True)
    panel.form.tasks.setValue(60)
    measured(qtbot, panel)
    assert panel.result.result is not None
    assert 0.75 < panel.result.result.accuracy < 0.97, "the alphabet has many look-alikes"
    assert {row.pair.first.rsplit(" ", 1)[0] for row in panel.result.pairs.rows} == {"Early Aramaic"}
    QTest.keyClick(panel.result.pairs.more, Qt.Key.Key_Space)
    assert len(panel.result.pairs.rows) > 5
    assert panel.result.result.pairs[0].counts.mixed >= 10, "two of its characters look alike"
    assert panel.result.protocol.text().startswith("ProtoNet on Omniglot (some): everything in it.")


# The library


def library_of(path: Path, shots: list[int]) -> Library:
    library = Library.open(path)
    for number, count in enumerate(shots):
        glyph = library.enrol(f"sign {number}", scrawl(number))
        for drawer in range(1, count):
            library.add_shot(glyph.id, scrawl(number, drawer))
    return library


def test_the_open_library(qtbot: QtBot, panel: EvaluatePanel, tmp_path: Path) -> None:
    path = tmp_path / "own.glyphs"
    with library_of(path, [3] * 12) as library:
        panel.show_library(library.glyphs(), path)
        panel.form.source.kind.setCurrentIndex(LIBRARY)
        assert not panel.form.within.isEnabled() and panel.form.within.toolTip() == "A library has no alphabets."
        measured(qtbot, panel)
    assert panel.result.result is not None
    assert panel.result.result.evaluation.part == EVERYTHING
    assert panel.result.protocol.text().startswith("ProtoNet on the library own.glyphs: everything in it.")
    assert all(row.pair.first.startswith("sign ") for row in panel.result.pairs.rows)


def test_a_library_with_too_few_shots(qtbot: QtBot, panel: EvaluatePanel, tmp_path: Path) -> None:
    path = tmp_path / "own.glyphs"
    panel.form.source.kind.setCurrentIndex(LIBRARY)
    assert panel.said.text().startswith("Your library is empty.")
    with library_of(path, [1] * 8 + [2]) as library:
        panel.show_library(library.glyphs(), path)
        warned(qtbot, panel, "need 5 characters; only 1 of 9 have that many", "draw it again")
        assert not panel.start.isEnabled()
        for glyph in library.glyphs():
            library.add_shot(glyph.id, scrawl(glyph.id, 7))
        panel.show_library(library.glyphs(), path)
        ready(qtbot, panel)
    assert panel.said.text() == ""


# Problems


def test_settings_that_the_source_cannot_serve_are_reported_before_start(qtbot: QtBot, panel: EvaluatePanel) -> None:
    ready(qtbot, panel)
    QTest.keyClick(panel.form.ways, Qt.Key.Key_Up)
    assert not panel.start.isEnabled(), "the check is not done yet"
    ready(qtbot, panel)
    panel.form.ways.setValue(26)
    warned(qtbot, panel, "26 ways", "there are 25. Ask for fewer ways.")
    assert not panel.start.isEnabled()
    panel.form.ways.setValue(25)
    ready(qtbot, panel)
    panel.form.shots.setValue(20)
    warned(qtbot, panel, "21 drawings each")
    panel.form.source.choose(str(Path("/nowhere/at all")))
    warned(qtbot, panel, "There is no file or folder /nowhere/at all")


def test_weights_that_are_missing_or_hostile(qtbot: QtBot, panel: EvaluatePanel, tmp_path: Path) -> None:
    panel.use(tmp_path / "none.safetensors", "ProtoNet")
    warned(qtbot, panel, "is missing")
    hostile = tmp_path / "hostile.safetensors"
    hostile.write_bytes((1 << 62).to_bytes(8, "little") + b"{" * 100)
    panel.use(hostile, "ProtoNet")
    warned(qtbot, panel, "hostile.safetensors is not a weights file, or is damaged")
    assert not panel.start.isEnabled()


def test_without_a_learner_it_waits(qtbot: QtBot, thread: EvaluateWorker) -> None:
    panel = EvaluatePanel(thread)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.said.text() == LOADING
    assert not panel.start.isEnabled() and not thread.started


def test_a_hidden_panel_requests_nothing(qtbot: QtBot, thread: EvaluateWorker, weights: Path) -> None:
    panel = EvaluatePanel(thread)
    qtbot.addWidget(panel)
    panel.form.source.choose(SOURCE)
    panel.use(weights, "ProtoNet")
    panel.form.ways.setValue(5)
    QApplication.processEvents()
    assert not panel._timer.isActive() and not thread.started
    panel.show()
    ready(qtbot, panel)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder in Omniglot's layout: one alphabet of six characters by four drawers."""
    for character in range(6):
        place = tmp_path / "pictures" / "Made" / f"character{character + 1:02}"
        place.mkdir(parents=True)
        for drawer in range(4):
            (place / f"{character:04}_{drawer + 1:02}.png").write_bytes(to_png(scrawl(character, drawer), 105))
    return tmp_path / "pictures"


def test_a_source_that_vanished(qtbot: QtBot, panel: EvaluatePanel, pictures: Path) -> None:
    panel.form.source.choose(str(pictures))
    panel.form.part.setCurrentIndex(2)
    panel.form.tasks.setValue(10_000)
    ready(qtbot, panel)
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.bar.value() > 0)
    shutil.rmtree(pictures)  # during the evaluation: its drawings are in memory
    before = panel.bar.value()
    qtbot.waitUntil(lambda: panel.bar.value() > before)
    panel.cancel.click()
    qtbot.waitUntil(panel.start.isVisible)
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    warned(qtbot, panel, f"There is no file or folder {pictures}. Check the path.")
    assert panel.start.isVisible() and panel.form.isEnabled()
    assert panel.result.result is None


def test_an_unexpected_error(qtbot: QtBot, panel: EvaluatePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(evaluating_worker, "confusions", fail)
    measured(qtbot, panel)
    assert panel.said.text() == wording.unexpected(None)
    assert panel.start.isEnabled() and panel.result.result is None


# Export


def test_one_click_exports_everything_into_a_folder(
    qtbot: QtBot, panel: EvaluatePanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(qtbot, panel)
    place = tmp_path / "out"
    place.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(place))
    QTest.mouseClick(panel.result.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.result.said.text().startswith(f'Exported to "{place}'))
    (made,) = place.iterdir()
    figures = json.loads((made / FIGURES).read_text(encoding="utf-8"))
    assert panel.result.result is not None
    assert figures["accuracy"] == round(panel.result.result.accuracy, 6)
    with (made / PAIRS).open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(panel.result.result.pairs) == len(figures["confusions"])
    with Image.open(made / DIAGRAM) as image:
        assert image.size == (900, 720)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(made / FIGURES))
    panel.result.export.click()
    qtbot.waitUntil(lambda: panel.result.said.text().startswith("The evaluation could not be saved in"))
    assert panel.result.said.text().endswith("Choose another folder.")
