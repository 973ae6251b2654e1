"""Class folders in the tray: a picture of one glyph is one cell, and gets its folder's name offered."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from glyphstudio.ui.tray.sheet import State
from glyphstudio.ui.window.window import MainWindow
from tests.ui.glyphs import CROSS, CROSS_AGAIN, RING, STAIR
from tests.ui.tray.making import name, opened, scan


def signs(folder: Path) -> Path:
    """Three class folders; one has a page of three glyphs beside its picture."""
    for glyph, ink in (("Cross", CROSS), ("Ring", RING), ("Stair", STAIR)):
        (folder / glyph).mkdir(parents=True)
        scan(folder / glyph, [[ink]])
    scan(folder / "Cross", [[CROSS_AGAIN, RING, STAIR]], "table.png")
    return folder


def test_enter_takes_the_folders_name(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, signs(tmp_path / "signs"), pages=4)
    tray = window.tray
    assert [[item.folder for item in sheet.items] for sheet in tray.desk.sheets] == [
        ["Cross"],
        ["", "", ""],  # a page says nothing of its glyphs' names
        ["Ring"],
        ["Stair"],
    ]
    assert tray.panel.name.text() == "Cross"
    assert "in folder Cross" in tray.panel.verdict.detail
    assert tray.view.description == "Glyph 1 of 1: not named, perhaps Cross."
    assert tray.desk.count(State.NAMED) == 0, "nothing counts before it is confirmed"
    name(tray, "")
    for _ in range(3):
        tray.naming.skip()
    assert tray.panel.name.text() == "Ring"
    name(tray, "")
    name(tray, "Steps")  # typed over the folder's name
    tray.enrol()
    qtbot.waitUntil(lambda: sorted(glyph.name for glyph in window.model.glyphs) == ["Cross", "Ring", "Steps"])


def test_several_folders_are_class_folders_and_one_alone_is_not(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = signs(tmp_path)
    opened(window, qtbot, folder / "Ring", folder / "Stair", pages=2)
    assert [sheet.items[0].folder for sheet in window.tray.desk.sheets] == ["Ring", "Stair"]
    window.tray.close_tray()
    opened(window, qtbot, folder / "Ring")
    assert window.tray.desk.sheets[0].items[0].folder == ""
