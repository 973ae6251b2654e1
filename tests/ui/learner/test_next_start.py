"""The next start with the chosen learner, also if its weights are gone or damaged."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.engine.errors import EngineError
from glyphstudio.library.library import Library
from glyphstudio.resources import weights_of
from glyphstudio.studio import EngineInfo
from glyphstudio.ui.learner.choice import own, shipped
from glyphstudio.ui.parts.settings import Settings
from glyphstudio.ui.start import app
from glyphstudio.ui.window.window import MainWindow
from tests.patience import PATIENCE
from tests.ui.conftest import Maker
from tests.ui.learner.making import ReadingStudio, entry, in_use, learner_menu, use


@pytest.fixture
def start(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Any:
    """Makes the window as the app does, with the real studio."""
    windows: list[MainWindow] = []

    def make() -> MainWindow:
        window = app.make_window(qapp, None, "cpu", private=tmp_path)
        windows.append(window)
        window.open_library(tmp_path / "test.glyphs")
        window.show()
        qtbot.waitUntil(lambda: window.conversation.asking.ready)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    qapp.setStyleSheet("")


def test_the_choice_and_the_weights_before_are_remembered(
    start: Callable[[], MainWindow], qtbot: QtBot, trained: Path
) -> None:
    first = start()
    use(first, qtbot, trained, "Mine")
    first.close()
    second = start()
    assert in_use(second) == "Mine"
    assert second.status.learner.text() == "Mine (MAML), CPU, ready"
    second.learner_menu.back.trigger()
    qtbot.waitUntil(lambda: in_use(second) == "ProtoNet")


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-5])])
def test_a_missing_or_broken_file_at_the_start_leaves_protonet_and_a_sentence(
    start: Callable[[], MainWindow], tmp_path: Path, trained: Path, damage: Callable[[Path], object], qtbot: QtBot
) -> None:
    kept = tmp_path / "weights" / "Mine.safetensors"
    kept.parent.mkdir()
    kept.write_bytes(trained.read_bytes())
    settings = Settings(tmp_path / "settings.ini")
    settings.learner = own(kept).key
    settings.save()
    damage(kept)
    window = start()
    assert in_use(window) == "ProtoNet"
    assert "ProtoNet recognises" in window.canvas_column.notice.text
    assert window.status.learner.text() == "ProtoNet, CPU, ready"


@pytest.mark.parametrize("key", ["own/../../secret", "own/", "oracle", "own/nowhere.safetensors"])
def test_settings_that_name_no_weights_mean_protonet(qapp: QApplication, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_bytes(b"")
    settings = Settings(tmp_path / "settings.ini")
    settings.learner = key
    settings.save()
    window = app.make_window(qapp, None, "cpu", private=tmp_path)
    try:
        assert in_use(window) == "ProtoNet"
    finally:
        window.close()
        window.deleteLater()
        qapp.setStyleSheet("")


class Broken(ReadingStudio):
    """Can load only Reptile's weights."""

    @staticmethod
    def open(library: Path) -> Broken:
        return Broken(Library.open(library))

    def warm_up(
        self, weights: Path | None = None, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
    ) -> EngineInfo:
        if weights != weights_of("reptile"):
            raise EngineError("These weights are damaged. Take another copy of them.")
        return super().warm_up(weights, device, on_progress)


def test_other_weights_can_be_chosen_if_the_first_cannot_be_loaded(make_window: Maker, qtbot: QtBot) -> None:
    window = make_window(opener=Broken.open, wait=False)
    window.begin_with(shipped("protonet"))
    qtbot.waitUntil(lambda: window.status.learner.text() == "Recogniser not available")
    entry(learner_menu(window), "Reptile").trigger()
    qtbot.waitUntil(lambda: window.status.learner.text() == "Reptile, CPU, ready")
    assert window.conversation.asking.ready


def test_a_file_added_by_hand_is_listed_when_the_menu_opens(window: MainWindow, qtbot: QtBot, trained: Path) -> None:
    window.own_weights.folder.mkdir(parents=True)
    (window.own_weights.folder / "By hand.safetensors").write_bytes(trained.read_bytes())
    window.learner_menu.menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: "By hand" in [action.objectName() for action in window.learner_menu.choices.actions()])
    entry(learner_menu(window), "By hand").trigger()
    qtbot.waitUntil(lambda: in_use(window) == "By hand")


def test_a_failed_choice_does_not_stop_the_next_one(make_window: Maker, qtbot: QtBot) -> None:
    class Fussy(ReadingStudio):
        @staticmethod
        def open(library: Path) -> Fussy:
            return Fussy(Library.open(library))

        def warm_up(
            self,
            weights: Path | None = None,
            device: str = "auto",
            on_progress: Callable[[int, int], None] | None = None,
        ) -> EngineInfo:
            if weights == weights_of("reptile"):
                begun.set()
                assert chosen.wait(PATIENCE)
                raise EngineError("These weights are damaged. Take another copy of them.")
            return super().warm_up(weights, device, on_progress)

    begun, chosen = threading.Event(), threading.Event()
    window = make_window(opener=Fussy.open)
    window.begin_with(shipped("protonet"))
    entry(learner_menu(window), "Reptile").trigger()
    assert begun.wait(PATIENCE)
    entry(learner_menu(window), "MAML").trigger()
    chosen.set()
    qtbot.waitUntil(lambda: in_use(window) == "MAML")
    assert window.learner_menu.back.text() == "&Go Back to ProtoNet"
    assert window.settings.learner == "maml"
