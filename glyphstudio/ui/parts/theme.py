"""The window's colours, fonts and few style rules, light and dark.

Widgets paint only with palette roles, named below, so a new palette recolours everything on the screen. Ink is data:
paper stays light and ink stays dark in both themes.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from string import Template

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

Role = QPalette.ColorRole
QUIET = Role.PlaceholderText  # less important text
LINE = Role.Mid  # hairlines, and the track of a bar
HOVER = Role.Midlight  # under the pointer
ACCENT = Role.Highlight
PAPER = Role.AlternateBase
WARNING = Role.BrightText

INK = QColor("#1b1b21")
UNIT = 8  # pixels; every distance is a multiple, or half, of it
RADIUS = 6


@dataclass(frozen=True)
class Theme:
    """The colours of one theme, as #rrggbb."""

    window: str
    field: str  # of text fields and buttons
    text: str
    quiet: str
    line: str
    hover: str
    accent: str
    accent_pressed: str
    on_accent: str
    paper: str
    warning: str


LIGHT = Theme(
    window="#f3f3f1",
    field="#ffffff",
    text="#1d1d22",
    quiet="#62626b",
    line="#dcdcda",
    hover="#e8e8e6",
    accent="#4b49c8",
    accent_pressed="#3b39a8",
    on_accent="#ffffff",
    paper="#ffffff",
    warning="#a8420b",
)
DARK = Theme(
    window="#1b1b1f",
    field="#29292f",
    text="#ececf0",
    quiet="#a3a3ad",
    line="#3a3a42",
    hover="#2a2a30",
    accent="#8f8df5",
    accent_pressed="#a9a7ff",
    on_accent="#14141a",
    paper="#eceae4",
    warning="#f0a36b",
)

_STYLE = Template("""
* { outline: none; }
QMenuBar { background: $window; padding: 2px 8px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $field; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $quiet; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 16px; height: 16px; margin-left: 6px; }
QLineEdit { background: $field; border: 1px solid $line; border-radius: 6px; padding: 0 8px; min-height: 22px;
            selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus { border: 2px solid $accent; padding: 0 7px; }
QComboBox, QAbstractSpinBox { min-height: 24px; }
QCheckBox { spacing: 8px; min-height: 24px; }
QCheckBox:focus { color: $accent; }
QCheckBox::indicator:unchecked, QRadioButton::indicator:unchecked { width: 12px; height: 12px; background: $field;
                                                                    border: 1px solid $quiet; border-radius: 3px; }
QRadioButton::indicator:unchecked { border-radius: 7px; }
QRadioButton::indicator:checked { width: 6px; height: 6px; background: $on_accent; border: 4px solid $accent;
                                  border-radius: 7px; }
QCheckBox::indicator:unchecked:disabled, QRadioButton::indicator:unchecked:disabled { border: 1px solid $line; }
QProgressBar { background: $line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QPushButton { background: $field; border: 1px solid $line; border-radius: 6px; padding: 0 16px; min-height: 30px; }
QPushButton:hover { background: $hover; }
QPushButton:focus { border: 2px solid $accent; padding: 0 15px; min-height: 28px; }
QPushButton:disabled { color: $quiet; }
QPushButton[primary="true"] { background: $accent; color: $on_accent; border: none; min-height: 32px; }
QPushButton[primary="true"]:hover, QPushButton[primary="true"]:pressed { background: $accent_pressed; }
QPushButton[primary="true"]:focus { border: 2px solid $text; min-height: 28px; }
QPushButton[primary="true"]:disabled { background: $hover; color: $quiet; }
QPushButton[link="true"] { background: transparent; border: 2px solid transparent; color: $accent; padding: 0 6px;
                           min-height: 20px; border-radius: 4px; font-weight: 600; }
QPushButton[link="true"]:hover { background: $hover; }
QPushButton[link="true"]:focus { border: 2px solid $accent; }
QToolButton { background: transparent; border: 2px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: $hover; }
QToolButton:focus { border: 2px solid $accent; }
QListView { background: transparent; border: none; }
QListView[popup="true"] { background: $field; color: $text; border: 1px solid $line; padding: 0; }
QListView[popup="true"]::item { padding: 5px 8px; border-radius: 4px; }
QListView[popup="true"]::item:selected { background: $accent; color: $on_accent; }
QTableView { background: transparent; border: none; selection-background-color: $hover; selection-color: $text; }
QTableView QLineEdit { border-radius: 0; min-height: 0; padding: 0 6px; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: $window; color: $quiet; border: none; padding: 4px 3px; }
QHeaderView::section:hover { background: $hover; }
QTableCornerButton::section { background: $window; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QListWidget::item { border-radius: 6px; padding: 4px; color: $text; }
QListWidget::item:selected { background: $hover; color: $accent; }
QMainWindow::separator { background: transparent; width: 8px; height: 8px; }
QMainWindow::separator:hover { background: $line; }
QDockWidget::title { padding: 6px 16px 2px 16px; }
QDockWidget[tabbed="true"] { color: transparent; } /* the tab already has the title */
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $quiet; border: none; border-bottom: 2px solid transparent;
               padding: 6px 4px; margin: 0 12px 4px 0; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:hover:!selected { color: $text; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $line; }
QSlider { min-height: 24px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: $accent; }
QSlider::handle:horizontal:focus { border: 2px solid $text; width: 10px; height: 10px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: $line; border-radius: 4px; min-height: 32px; margin: 0 2px; }
QScrollBar::handle:vertical:hover { background: $quiet; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: $line; border-radius: 4px; min-width: 32px; margin: 2px 0; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { background: $field; color: $text; border: 1px solid $line; padding: 4px; }
""")


def palette_of(theme: Theme) -> QPalette:
    """Return a palette with a theme's colours under the roles named above."""
    palette = QPalette()
    for role, colour in {
        Role.Window: theme.window,
        Role.WindowText: theme.text,
        Role.Base: theme.field,
        Role.Text: theme.text,
        Role.Button: theme.field,
        Role.ButtonText: theme.text,
        Role.ToolTipBase: theme.field,
        Role.ToolTipText: theme.text,
        Role.HighlightedText: theme.on_accent,
        Role.Link: theme.accent,
        Role.Accent: theme.accent,
        QUIET: theme.quiet,
        LINE: theme.line,
        HOVER: theme.hover,
        ACCENT: theme.accent,
        PAPER: theme.paper,
        WARNING: theme.warning,
    }.items():
        palette.setColor(role, QColor(colour))
    for role in (Role.WindowText, Role.Text, Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.quiet))
    return palette


def scaled_font(font: QFont, factor: float, weight: QFont.Weight | None = None) -> QFont:
    """Return `font` at `factor` times its size. 0.88 is the small size, 2 the verdict's."""
    result = QFont(font)
    if font.pointSizeF() > 0:
        result.setPointSizeF(font.pointSizeF() * factor)
    else:
        result.setPixelSize(max(1, round(font.pixelSize() * factor)))
    if weight is not None:
        result.setWeight(weight)
    return result


@contextmanager
def _no_collection() -> Iterator[None]:
    """Qt walks over all widgets to restyle them. If Python's garbage collector deletes one meanwhile, such as part of a
    closed window, Qt crashes."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Appearance(QObject):
    """Keeps the application in the chosen theme. "system" follows the desktop's changes as they happen."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self.theme = LIGHT
        with _no_collection():
            application.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self.choose(choice)

    @property
    def choice(self) -> str:
        return self._choice

    @property
    def palette(self) -> QPalette:
        """The palette in use."""
        return palette_of(self.theme)

    @Slot(str)
    def choose(self, choice: str) -> None:
        """Switch to "system", "light" or "dark"; anything else counts as "system"."""
        self._choice = choice if choice in ("light", "dark") else "system"
        hints = QGuiApplication.styleHints()
        if self._choice == "system":
            hints.unsetColorScheme()
        else:  # the window's frame follows too, if the platform allows it
            dark = self._choice == "dark"
            hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        dark = self._choice == "dark"
        if self._choice == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.theme = DARK if dark else LIGHT
        with _no_collection():
            self._application.setPalette(palette_of(self.theme))
            self._application.setStyleSheet(_STYLE.substitute(vars(self.theme)))
        self.changed.emit()
