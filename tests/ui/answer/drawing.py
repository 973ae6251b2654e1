"""Draws and enrols in the real window."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, type_name


def names(window: MainWindow) -> list[str]:
    return [glyph.name for glyph in window.model.shown]


def rows(window: MainWindow) -> list[str]:
    return [row.content.name for row in window.answer_column.ranking.rows if row.content]


def judged(window: MainWindow) -> bool:
    verdict = window.answer_column.verdict
    return not verdict.tentative and verdict.headline not in ("", "…")


def draw(qtbot: QtBot, window: MainWindow, hand: Hand, ink: Ink) -> None:
    """Draw and wait for the verdict."""
    hand.draw(window.canvas_column.canvas, ink)
    qtbot.waitUntil(lambda: judged(window) and window.conversation.asking._number is None)


def enrol(qtbot: QtBot, window: MainWindow, hand: Hand, ink: Ink, name: str) -> None:
    draw(qtbot, window, hand, ink)
    before = len(window.model)
    type_name(window, name)
    qtbot.waitUntil(lambda: len(window.model) == before + 1)
