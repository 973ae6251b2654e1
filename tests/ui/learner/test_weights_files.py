"""The user's own weights in the real window: from a training, imported, exported, undone by Go Back, remembered."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot
from safetensors import safe_open
from safetensors.torch import load_file, save

from glyphstudio.engine.weights.file import save_weights
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.ui.window.window import MainWindow
from tests.engine.making import CALIBRATION, SMALL
from tests.ui.learner.making import entry, in_use, learner_menu, use


def submenu(window: MainWindow, text: str) -> QMenu:
    inner = entry(learner_menu(window), text).menu()
    assert isinstance(inner, QMenu)
    return inner


def dialog_of(window: MainWindow, kind: type[Any], qtbot: QtBot) -> Any:
    qtbot.waitUntil(lambda: any(dialog.isVisible() for dialog in window.findChildren(kind)))
    return next(dialog for dialog in window.findChildren(kind) if dialog.isVisible())


def choose_file(window: MainWindow, qtbot: QtBot, text: str, path: Path) -> None:
    """Take a menu entry and type a path into its dialog."""
    entry(learner_menu(window), text).trigger()
    dialog = dialog_of(window, QFileDialog, qtbot)
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    field.setText(str(path))
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not any(one.isVisible() for one in window.findChildren(QDialog)))


def test_a_trainings_weights_are_copied_listed_and_used(window: MainWindow, qtbot: QtBot, trained: Path) -> None:
    use(window, qtbot, trained, "Evening run")
    (kept,) = window.own_weights.list()
    assert kept.path.read_bytes() == trained.read_bytes()
    assert window.status.learner.text() == "Evening run (MAML), CPU, ready"
    assert window.canvas_column.notice.text == "Evening run is in use."
    listed = entry(learner_menu(window), "Evening run")
    assert listed.text() == "Evening run\t75.0 %"
    assert "75.0 ± 2.0 % right among 20 glyphs of one alphabet" in listed.toolTip()
    assert [action.text() for action in window.learner_menu.choices.actions() if action.isChecked()] == [listed.text()]


def test_a_long_name_is_shortened(window: MainWindow, qtbot: QtBot, trained: Path) -> None:
    name = "Bengali and Tifinagh by hand, 20-way 1-shot, & two steps"
    use(window, qtbot, trained, name)
    assert window.status.learner.text() == "Bengali and Tifinagh by han… (MAML), CPU, ready"
    assert window.status.learner.toolTip().startswith(name)
    listed = next(action for action in window.learner_menu.choices.actions() if action.objectName() == name)
    assert listed.text() == "Bengali and Tifinagh by hand, 20-way 1-shot, && …\t75.0 %"
    assert window.minimumWidth() == 720


@pytest.mark.parametrize(
    ("protocol", "shown"),
    [
        ("20-way 1-shot within alphabet", "75.0 %"),
        ("5-way 1-shot within alphabet", "75.0 % of 5"),
        ("20-way 1-shot", "75.0 % of any 20"),
        ("20-way 5-shot within alphabet", "75.0 % of 20"),
    ],
)
def test_a_figure_with_another_protocol_says_so(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, protocol: str, shown: str
) -> None:
    figures = {"validation": {protocol: {"error": 0.25, "ci95": 0.02, "tasks": 50}}}
    save_weights(tmp_path / "w.safetensors", MAML(SMALL), CALIBRATION, figures)
    use(window, qtbot, tmp_path / "w.safetensors", "Mine")
    assert entry(learner_menu(window), "Mine").text() == f"Mine\t{shown}"


def test_using_the_same_weights_again_says_so(window: MainWindow, qtbot: QtBot, trained: Path) -> None:
    use(window, qtbot, trained, "Mine")
    window.use_weights(trained, "Mine")
    qtbot.waitUntil(lambda: window.canvas_column.notice.text == '"Mine" is already in use: these are the same weights.')
    assert len(window.own_weights.list()) == 1


def test_go_back_appears_after_a_switch_and_works_both_ways(window: MainWindow, qtbot: QtBot, trained: Path) -> None:
    back = window.learner_menu.back
    assert not back.isVisible()
    use(window, qtbot, trained, "Mine")
    assert back.text() == "&Go Back to ProtoNet"
    back.trigger()
    qtbot.waitUntil(lambda: in_use(window) == "ProtoNet")
    assert back.text() == "&Go Back to Mine"
    back.trigger()
    qtbot.waitUntil(lambda: in_use(window) == "Mine")


def test_export_and_import_again(window: MainWindow, qtbot: QtBot, trained: Path, tmp_path: Path) -> None:
    use(window, qtbot, trained, "Mine")
    choose_file(window, qtbot, "&Export Weights…", tmp_path / "out" / "copy")
    out = tmp_path / "out" / "copy.safetensors"
    qtbot.waitUntil(lambda: window.canvas_column.notice.text == f'Exported to "{out}".')
    assert out.read_bytes() == trained.read_bytes()
    choose_file(window, qtbot, "&Import Weights…", out)
    qtbot.waitUntil(lambda: in_use(window) == "copy")
    assert [own.name for own in window.own_weights.list()] == ["copy", "Mine"]


Tensors = dict[str, torch.Tensor]
Metadata = dict[str, str]
HEAD = "encoder.head.weight"


def changed(path: Path, change: Callable[[Tensors, Metadata], object]) -> bytes:
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        metadata = dict(file.metadata())
    change(tensors, metadata)
    return save(tensors, metadata)


CUT: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda whole: b"", "is not a weights file, or is damaged"),
    (lambda whole: struct.pack("<Q", 1 << 60) + whole[8:], "is not a weights file, or is damaged"),
    (lambda whole: whole[:200], "is not a weights file, or is damaged"),
    (lambda whole: whole[:-1], "is damaged"),
]
CHANGED: list[tuple[Callable[[Tensors, Metadata], object], str]] = [
    (lambda t, m: m.update(format="x"), "not GlyphStudio weights"),
    (lambda t, m: m.update(learner="oracle"), "is for the learner 'oracle'"),
    (lambda t, m: m.update(renderer="99"), "bitmaps of renderer version 99"),
    (lambda t, m: m.update(about="[]"), "damaged header"),
    (lambda t, m: t.pop(HEAD), f"'{HEAD}' is missing or not expected"),
    (lambda t, m: t.update(more=torch.zeros(1)), "tensor 'more' is missing or not expected"),
    (lambda t, m: t.update({HEAD: t[HEAD].double()}), f"tensor '{HEAD}' is "),
    (lambda t, m: t.update({HEAD: t[HEAD][:1]}), f"tensor '{HEAD}' is (1, "),
    (lambda t, m: t[HEAD].view(-1)[:1].fill_(torch.nan), f"not finite (tensor '{HEAD}')"),
]


def refused(window: MainWindow, qtbot: QtBot, path: Path, said: str) -> None:
    choose_file(window, qtbot, "&Import Weights…", path)
    qtbot.waitUntil(lambda: said in window.canvas_column.notice.text)
    assert window.canvas_column.notice.text.startswith(path.name)
    assert in_use(window) == "ProtoNet"
    assert window.own_weights.list() == []
    assert window.settings.learner is None


@pytest.mark.parametrize(("cut", "said"), CUT)
def test_a_damaged_weights_file_is_refused(
    window: MainWindow, qtbot: QtBot, trained: Path, cut: Callable[[bytes], bytes], said: str
) -> None:
    path = trained.with_name("found.safetensors")
    path.write_bytes(cut(trained.read_bytes()))
    refused(window, qtbot, path, said)


@pytest.mark.parametrize(("change", "said"), CHANGED)
def test_weights_that_do_not_fit_are_refused_with_the_reason(
    window: MainWindow, qtbot: QtBot, trained: Path, change: Callable[[Tensors, Metadata], object], said: str
) -> None:
    path = trained.with_name("found.safetensors")
    path.write_bytes(changed(trained, change))
    refused(window, qtbot, path, said)


def test_a_file_that_is_too_large_is_not_read(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    with (tmp_path / "huge.safetensors").open("wb") as file:
        file.truncate(300 << 20)  # a sparse file takes no room
    window.use_weights(tmp_path / "huge.safetensors", "huge")
    qtbot.waitUntil(lambda: "larger than any weights" in window.canvas_column.notice.text)


def test_a_broken_file_added_by_hand_cannot_be_chosen(window: MainWindow, qtbot: QtBot) -> None:
    window.own_weights.folder.mkdir(parents=True)
    (window.own_weights.folder / "odd.safetensors").write_bytes(b"junk")
    window.weights_worker.look()
    # Wait for the file: the first listing may be the one requested at the start.
    qtbot.waitUntil(lambda: any(action.text().startswith("odd") for action in learner_menu(window).actions()))
    odd = entry(learner_menu(window), "odd")
    assert not odd.isEnabled()
    assert "is not a weights file" in odd.toolTip()
    assert entry(submenu(window, "&Remove"), "odd").isEnabled()


def test_renaming_the_weights_in_use(window: MainWindow, qtbot: QtBot, trained: Path) -> None:
    use(window, qtbot, trained, "Mine")
    entry(submenu(window, "Re&name"), "Mine").trigger()
    dialog = dialog_of(window, QInputDialog, qtbot)
    assert dialog.textValue() == "Mine"
    field = dialog.findChild(QLineEdit)
    field.setText("Monday's")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: in_use(window) == "Monday's")
    assert [own.name for own in window.own_weights.list()] == ["Monday's"]
    assert window.settings.learner == "own/Monday's.safetensors"
    assert window.learner_menu.back.text() == "&Go Back to ProtoNet"


def test_weights_in_use_are_not_removed_and_others_only_after_a_question(
    window: MainWindow, qtbot: QtBot, trained: Path
) -> None:
    use(window, qtbot, trained, "Mine")
    assert not entry(submenu(window, "&Remove"), "Mine").isEnabled()
    window.learner_menu.back.trigger()
    qtbot.waitUntil(lambda: in_use(window) == "ProtoNet")
    for button, left in (("Cancel", 1), ("Remove", 0)):
        entry(submenu(window, "&Remove"), "Mine").trigger()
        dialog = dialog_of(window, QDialog, qtbot)
        pressed = next(one for one in dialog.findChildren(QPushButton) if one.text().replace("&", "") == button)
        with qtbot.waitSignal(dialog.finished):
            QTest.mouseClick(pressed, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda left=left: len(window.own_weights.list()) == left)  # type: ignore[misc]
    qtbot.waitUntil(lambda: not window.learner_menu.back.isVisible())  # the user cannot go back to removed weights
    assert not submenu(window, "&Remove").isEnabled()


def test_missing_weights_get_a_sentence_and_the_old_ones_stay(window: MainWindow, qtbot: QtBot, trained: Path) -> None:
    use(window, qtbot, trained, "Mine")
    window.learner_menu.back.trigger()
    qtbot.waitUntil(lambda: in_use(window) == "ProtoNet")
    (own_one,) = window.own_weights.list()
    own_one.path.unlink()
    entry(learner_menu(window), "Mine").trigger()
    qtbot.waitUntil(lambda: "is missing" in window.canvas_column.notice.text)
    assert in_use(window) == "ProtoNet"
