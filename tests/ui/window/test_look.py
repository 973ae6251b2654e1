"""Themes, contrast, texts that fit, sizes that stay the same, names for screen readers, keys."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QEnterEvent, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QLineEdit,
    QMenu,
    QSlider,
    QWidget,
    QWidgetAction,
)
from pytestqt.qtbot import QtBot

from glyphstudio.ui.answer.ranking import RankingList, RowContent
from glyphstudio.ui.answer.verdict import VerdictView
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.icons import app_icon, icon
from glyphstudio.ui.parts.theme import DARK, LIGHT, Appearance, Theme, palette_of
from glyphstudio.ui.window.actions import key_list
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand
from tests.ui.glyphs import RING


def luminance(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    rgb = QColor(colour)
    return 0.2126 * linear(rgb.redF()) + 0.7152 * linear(rgb.greenF()) + 0.0722 * linear(rgb.blueF())


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_have_enough_contrast(theme: Theme) -> None:
    """WCAG AA: 4.5 for text, 3 for mere shapes."""
    for text in (theme.text, theme.quiet, theme.warning):
        for ground in (theme.window, theme.field, theme.hover):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    assert contrast(theme.on_accent, theme.accent_pressed) >= 4.5
    assert contrast(theme.accent, theme.window) >= 4.5  # the Undo button looks like a link
    assert contrast("#1b1b21", theme.paper) >= 12  # ink is dark on light in both themes


def test_the_window_changes_its_theme_while_it_is_open(window: MainWindow) -> None:
    def ground() -> QColor:
        return window.grab().toImage().pixelColor(2, window.height() // 2)

    by_choice = {action.data(): action for action in window.actions_.window.themes.actions()}
    by_choice["dark"].trigger()
    assert ground().lightness() < 60
    assert window.settings.theme == "dark"
    by_choice["light"].trigger()
    assert ground().lightness() > 200
    by_choice["system"].trigger()
    assert window.appearance.choice == "system"


def test_the_theme_follows_the_desktop(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    # Restyling takes a minute and a half, because earlier tests have left thousands of widgets.
    monkeypatch.setattr(qapp, "setStyleSheet", lambda _sheet: None)
    monkeypatch.setattr(qapp, "setPalette", lambda _palette: None)
    appearance = Appearance(qapp, "system")
    changes: list[int] = []
    appearance.changed.connect(lambda: changes.append(1))
    hints = qapp.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert changes
    appearance.choose("dark")
    assert appearance.theme is DARK
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert appearance.theme is DARK  # the user's choice wins
    appearance.choose("nonsense")
    assert appearance.choice == "system"


def test_icons_take_the_themes_colour(qapp: QApplication) -> None:
    for theme in (LIGHT, DARK):
        for name in ("undo", "redo", "clear"):
            image = icon(name, palette_of(theme)).pixmap(24, 24).toImage()
            seen = [image.pixelColor(x, y) for x in range(24) for y in range(24)]
            strong = [colour for colour in seen if colour.alpha() > 200]
            assert strong, name
            assert all(abs(colour.lightness() - QColor(theme.text).lightness()) < 12 for colour in strong), name
    assert icon("no such icon", palette_of(LIGHT)).isNull()
    assert app_icon().availableSizes()


def test_nothing_jumps_whatever_the_verdict_says(qtbot: QtBot) -> None:
    verdict = VerdictView()
    qtbot.addWidget(verdict)
    verdict.resize(320, verdict.sizeHint().height())
    verdict.show()
    height = verdict.sizeHint().height()
    for said in (("", ""), ("Kresh", "known"), ("x" * 80, "y" * 200), ("حرف عربي", "🦊")):
        verdict.say(*said, percent="100 %", undo=True)
        assert verdict.sizeHint().height() == height
        assert not verdict.grab().isNull()
    assert verdict.toolTip() == ""
    verdict.say("x" * 80)
    assert verdict.toolTip() == "x" * 80
    verdict.say(wording.UNKNOWN, wording.NAME_IT)
    assert verdict.accessibleName() == "Unknown glyph: name it to enrol it"


def test_rows_keep_their_height_and_bars_glide(qtbot: QtBot) -> None:
    ranking = RankingList()
    qtbot.addWidget(ranking)
    ranking.resize(360, 240)
    ranking.show()
    tops = [row.y() for row in ranking.rows]
    ranking.show_rows([RowContent(1, "Kresh", 0.9), RowContent(2, "T" * 80, 0.1)])
    first = ranking.rows[0]
    assert first._share < 0.9
    qtbot.waitUntil(lambda: first._share == pytest.approx(0.9))
    assert [row.y() for row in ranking.rows] == tops
    assert {row.height() for row in ranking.rows} == {48}
    assert first.accessibleName() == "Candidate 1: Kresh, 90 %"
    assert first.isEnabled()
    assert not ranking.rows[2].isEnabled()
    picked: list[int] = []
    ranking.picked.connect(picked.append)
    ranking.pick(4)
    ranking.rows[1].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(ranking.rows[1], Qt.Key.Key_Space)
    assert picked == [2]
    place = QPointF(5, 5)
    QApplication.sendEvent(first, QEnterEvent(place, place, place))
    assert not ranking.grab().isNull()
    ranking.show_rows([])
    qtbot.waitUntil(lambda: first._share == 0)


@pytest.mark.parametrize("size", [(800, 600), (1280, 820), (1920, 1080)])
def test_the_canvas_is_square_and_as_large_as_fits(window: MainWindow, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.resize(*size)
    canvas = window.canvas_column.canvas
    parts = [canvas, window.canvas_column.tools, window.canvas_column.naming, window.canvas_column.notice]

    def laid_out() -> None:
        assert (window.width(), window.height()) == size
        assert canvas.width() == canvas.height()
        assert canvas.height() >= 0.6 * size[1]
        for part in parts:
            assert part.geometry().bottom() <= window.canvas_column.height()
            assert part.geometry().right() <= window.canvas_column.width()
        assert window.answer_column.width() >= 300
        assert window.answer_column.gallery.view.height() >= 90
        assert all(row.height() == 48 for row in window.answer_column.ranking.rows)

    qtbot.waitUntil(laid_out)


def test_the_splitter_is_remembered_and_can_be_reset(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1280, 820)
    qtbot.waitUntil(lambda: window.splitter.width() == 1280)
    QApplication.processEvents()  # it lays out once Qt has divided the new width
    own = window.answer_column.width()
    window.splitter.setSizes([700, 400])
    window.splitter.splitterMoved.emit(700, 1)
    window.resize(1400, 820)
    qtbot.waitUntil(lambda: window.splitter.width() == 1400)
    qtbot.waitUntil(lambda: window.answer_column.width() == window.settings.panel_width)
    window.actions_.window.reset_layout.trigger()
    window.resize(1280, 820)
    qtbot.waitUntil(lambda: window.answer_column.width() == pytest.approx(own, abs=2))


def test_long_notices_are_cut_to_their_place_and_kept_in_full(window: MainWindow) -> None:
    notice = window.canvas_column.notice
    height = notice.height()
    text = "The library cannot be opened for writing. " * 20
    notice.warn(text)
    assert notice.height() == height
    assert notice.text == text
    assert notice._label.text().endswith("…")
    assert notice._label.toolTip() == text
    assert notice._label.heightForWidth(notice._label.width()) <= height
    notice.fade()
    assert notice.text == ""
    notice.warn("x", sticky=True)
    notice.fade()
    assert notice.text == "x"


def test_every_control_has_a_name_for_screen_readers(window: MainWindow, hand: Hand) -> None:
    kinds = (QAbstractButton, QLineEdit, QSlider, QAbstractItemView)
    for widget in window.findChildren(QWidget):
        of_qt = isinstance(widget.parent(), QLineEdit) or widget.objectName().startswith("qt_")
        if isinstance(widget, kinds) and not of_qt:
            said = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert said, widget
    assert window.canvas_column.canvas.accessibleName()
    assert window.answer_column.verdict.accessibleName()


def test_tab_reaches_everything_once_in_a_sensible_order(window: MainWindow, hand: Hand, qtbot: QtBot) -> None:
    hand.draw(window.canvas_column.canvas, RING)
    qtbot.waitUntil(lambda: window.answer_column.verdict.headline == wording.UNKNOWN)
    window.canvas_column.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    order: list[QWidget] = []
    while (now := QApplication.focusWidget()) is not None and now not in order:
        order.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    wanted = [
        window.canvas_column.canvas,
        window.canvas_column.name,
        window.canvas_column.enrol,
        window.answer_column.gallery.search,
    ]
    places = [order.index(widget) for widget in (*wanted, window.answer_column.gallery.view, window.canvas_column.pen)]
    assert places == sorted(places)


def test_no_key_means_two_things_and_all_are_listed(window: MainWindow) -> None:
    keys = Counter(
        key.toString(QKeySequence.SequenceFormat.PortableText)
        for room in window.actions_.rooms
        for action in room.findChildren(QAction)
        for key in action.shortcuts()
    )
    assert [key for key, count in keys.items() if count > 1] == []
    listed = " ".join(shown for _, rows in key_list(window.menuBar()) for _, shown in rows)
    for key in keys:
        if not key[-1].isdigit() or key.startswith("F"):
            native = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
            assert native in listed, key
    assert "1 to 5" in listed


def test_every_menu_entry_does_something(window: MainWindow) -> None:
    def entries(menu: QMenu) -> list[QObject]:
        found: list[QObject] = []
        for action in menu.actions():
            inner = action.menu()
            if isinstance(inner, QMenu):
                found += entries(inner)
            elif not action.isSeparator() and not isinstance(action, QWidgetAction):  # a heading
                found.append(action)
        return found

    grouped = set(window.actions_.window.themes.actions())
    for top in window.menuBar().actions():
        menu = top.menu()
        assert isinstance(menu, QMenu)
        for action in entries(menu):
            connected = action.receivers("2triggered(bool)") + action.receivers("2triggered()")
            assert connected or action in grouped, action


@pytest.mark.parametrize("which", ["keys", "about"])
def test_help_opens_and_closes(window: MainWindow, qtbot: QtBot, which: str) -> None:
    getattr(window.actions_.window, which).trigger()
    dialogs = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    assert len(dialogs) == 1
    assert not dialogs[0].grab().isNull()
    QTest.keyClick(dialogs[0], Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not any(dialog.isVisible() for dialog in window.findChildren(QDialog)))


def test_the_binding_keeps_its_references(qapp: QApplication) -> None:
    """PySide6 6.12.0 releases a None it does not own after every call without a result, which on Python 3.11 ends the
    process after some thousand calls. Do not ship with such a release."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    before = sys.getrefcount(None)
    for _ in range(500):
        image.fill(0)
    assert sys.getrefcount(None) > before - 250
