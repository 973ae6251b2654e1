"""The tray in the window: what fits, and what a screen reader hears."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.ui.window.window import MainWindow
from tests.ui.tray.making import click, name, opened, scan

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize("size", [(720, 520), (1800, 1100)])
def test_everything_fits_in_small_and_large_windows(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, size: tuple[int, int]
) -> None:
    opened(window, qtbot, scan(tmp_path))
    window.resize(*size)
    QApplication.processEvents()
    tray = window.tray
    for widget in (tray.view, tray.panel.name, tray.panel.confirm, tray.footer.enrol, tray.header.close_):
        corner = widget.mapTo(window, widget.rect().bottomRight())
        assert window.rect().contains(corner), widget
    assert tray.view.width() >= 240


def test_a_screen_reader_hears_the_cell(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    assert tray.view.accessibleDescription() == "Glyph 1 of 6: not named."
    name(tray, "Cross")
    click(tray, 0)
    click(tray, 1, SHIFT)
    click(tray, 0, SHIFT)
    assert tray.view.accessibleDescription().startswith("Glyph 2 of 6: not named")
    tray.desk.select(0)
    assert tray.view.accessibleDescription() == "Glyph 1 of 6: named Cross."
