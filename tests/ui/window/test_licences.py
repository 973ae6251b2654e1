"""About shows the licences of all parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from glyphstudio.ui.window.help import AboutDialog
from glyphstudio.ui.window.licences import LicencesDialog, Notice, notices
from glyphstudio.ui.window.window import MainWindow


def test_a_package_has_a_text_for_each_of_its_parts(tmp_path: Path) -> None:
    index = [
        {"name": "GlyphStudio", "version": "0.1", "file": "000.txt"},
        {"name": "Qt", "version": "", "file": "1.txt"},
    ]
    (tmp_path / "index.json").write_text(json.dumps(index))
    (tmp_path / "000.txt").write_text("MIT")
    (tmp_path / "1.txt").write_text("LGPL, ©", encoding="utf-8")
    assert notices(tmp_path) == [Notice("GlyphStudio", "0.1", "MIT"), Notice("Qt", "", "LGPL, ©")]


def test_a_source_checkout_has_its_own_licence(tmp_path: Path) -> None:
    (own,) = notices(tmp_path)
    assert own.name == "GlyphStudio" and "Permission is hereby granted" in own.text


def test_the_chosen_part_is_shown(window: MainWindow, qtbot: QtBot) -> None:
    dialog = LicencesDialog(window, [Notice("GlyphStudio", "0.1", "MIT"), Notice("Qt", "", "LGPL")])
    qtbot.addWidget(dialog)
    dialog.show()
    assert [dialog.names.item(row).text() for row in range(2)] == ["GlyphStudio 0.1", "Qt"]
    assert dialog.text.toPlainText() == "MIT"
    dialog.names.setCurrentRow(1)
    assert dialog.text.toPlainText() == "LGPL"


@pytest.mark.usefixtures("qapp")
def test_about_opens_the_licences(window: MainWindow, qtbot: QtBot) -> None:
    about = AboutDialog("ProtoNet, CPU", window)
    qtbot.addWidget(about)
    about.show()
    about.licences.click()
    (dialog,) = window.findChildren(LicencesDialog)
    assert dialog.isVisible() and "Permission is hereby granted" in dialog.text.toPlainText()
    dialog.close()
