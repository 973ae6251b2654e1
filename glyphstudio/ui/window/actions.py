"""The window's own actions, the menus of all rooms' actions, and the list of keys for Help."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QPalette
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from glyphstudio.ui.answer.actions import AnswerActions
from glyphstudio.ui.answer.ranking import ROWS
from glyphstudio.ui.draw.actions import DrawActions
from glyphstudio.ui.library.actions import LibraryActions
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.room_actions import Keys, RoomActions
from glyphstudio.ui.tray.actions import TrayActions

_PICKS = "&It Is"

# Keys without an action; Help lists them last.
OTHER_KEYS = (
    ("Enrol the drawing, or add it to the glyph with that name", "Enter"),
    ("Name the glyph: just type", "A–Z"),
    ("Move to the next part of the window", "Tab"),
    ("Show the drawings of the selected glyph", "Enter in the library"),
    ("Undo the last change to the library", "Ctrl+Z in the library"),
    ("Select the next glyph of a page", "Arrow keys in the tray, with Shift for several"),
    ("Keep a name and go to the next glyph of the page", "Enter in the tray"),
    ("Clear the name or the search", "Escape in the field"),
    ("Undo the last stroke", "The pen's eraser end"),
)


class WindowActions(RoomActions):
    """The window's own actions. The window connects them."""

    theme_chosen = Signal(str)
    strictness_chosen = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.quit = self.make("&Quit", "Ctrl+Q")
        self.themes = QActionGroup(self)
        for choice, text in (("system", "&System"), ("light", "&Light"), ("dark", "&Dark")):
            action = self.make(text)
            action.setCheckable(True)
            action.setData(choice)
            self.themes.addAction(action)
        self.themes.triggered.connect(self._theme)
        self.strictness = QActionGroup(self)
        for choice, text in wording.STRICTNESS.items():
            action = self.make(text)
            action.setCheckable(True)
            action.setData(choice)
            self.strictness.addAction(action)
        self.strictness.triggered.connect(self._strictness)
        self.full_screen = self.make("&Full Screen", "F11")
        self.full_screen.setCheckable(True)
        self.reset_layout = self.make("&Reset Layout")
        self.keys = self.make("&Keyboard Shortcuts", Keys.HelpContents)
        self.about = self.make("&About GlyphStudio")

    def show_theme(self, choice: str) -> None:
        """Tick the theme in use."""
        for action in self.themes.actions():
            action.setChecked(action.data() == choice)

    def show_strictness(self, choice: str) -> None:
        """Tick the strictness in use."""
        for action in self.strictness.actions():
            action.setChecked(action.data() == choice)

    @Slot(QAction)
    def _strictness(self, action: QAction) -> None:
        self.strictness_chosen.emit(str(action.data()))

    @Slot(QAction)
    def _theme(self, action: QAction) -> None:
        self.theme_chosen.emit(str(action.data()))


class Actions:
    """The actions of all rooms."""

    def __init__(
        self,
        draw: DrawActions,
        answer: AnswerActions,
        library: LibraryActions,
        tray: TrayActions,
        window: WindowActions,
    ) -> None:
        self.draw, self.answer, self.library, self.tray, self.window = draw, answer, library, tray, window
        self.rooms: tuple[RoomActions, ...] = (draw, answer, library, tray, window)

    @property
    def drawing_keys(self) -> list[QAction]:
        """The actions whose plain keys a text field needs for typing."""
        return [*self.answer.picks, self.draw.thinner, self.draw.thicker]

    def colour(self, palette: QPalette) -> None:
        """Draw the icons in the palette's colours."""
        for room in self.rooms:
            room.colour(palette)

    def fill(self, bar: QMenuBar, learner: QMenu, training: QMenu) -> None:
        """Build the menus. learner, training: menus made by other rooms."""
        draw, answer, library, window, separator = self.draw, self.answer, self.library, self.window, None
        menus: list[tuple[str, list[QAction | None]]] = [
            ("&File", [library.new_library, library.open_library, separator, draw.open_drawing, draw.open_pages,
                       draw.open_folder, draw.export_drawing,
                       separator, window.quit]),
            ("&Edit", [draw.undo, draw.redo, draw.clear, separator, answer.undo_change, separator, draw.copy,
                       draw.paste, draw.adjust, separator, library.find]),
            ("&Glyph", [draw.name, answer.enrol, separator, *library.of_glyph]),
            ("&View", [draw.thinner, draw.thicker, separator, window.full_screen, window.reset_layout]),
            ("&Help", [window.keys, window.about]),
        ]  # fmt: skip
        for title, actions in menus:
            menu = bar.addMenu(title)
            _add(menu, actions)
            if title == "&Glyph":
                bar.addMenu(learner)
                bar.addMenu(training)
                picks = QMenu(_PICKS, menu)
                _add(picks, list(answer.picks))
                menu.insertMenu(menu.actions()[2], picks)
                sure = QMenu("When It Is &Known", menu)
                _add(sure, list(window.strictness.actions()))
                menu.insertMenu(menu.actions()[3], sure)
                page = QMenu("&Page in the Tray", menu)
                _add(page, [*self.tray.buttons, None, self.tray.enrol, self.tray.close])
                menu.addSeparator()
                menu.addMenu(page)
            if title == "&View":
                theme = QMenu("&Theme", menu)
                _add(theme, list(window.themes.actions()))
                menu.insertMenu(menu.actions()[0], theme)


def _add(menu: QMenu, actions: list[QAction | None]) -> None:
    for action in actions:
        if action is None:
            menu.addSeparator()
        else:
            menu.addAction(action)


def key_list(bar: QMenuBar) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all keys as (menu, [(what it does, keys)]), read from the menus so that the list is never out of date."""
    result: list[tuple[str, list[tuple[str, str]]]] = []
    for top in bar.actions():
        rows: list[tuple[str, str]] = []
        _collect(top, "", rows)
        result.append((_plain(top.text()), rows))
    result.append(("Also", list(OTHER_KEYS)))
    return [(title, rows) for title, rows in result if rows]


def _collect(action: QAction, prefix: str, rows: list[tuple[str, str]]) -> None:
    menu = action.menu()
    if isinstance(menu, QMenu) and menu.title() == _PICKS:
        rows.append(("Pick the right candidate", f"1 to {ROWS}, or Alt+1 to Alt+{ROWS} while typing"))
        return
    if isinstance(menu, QMenu):
        for child in menu.actions():
            _collect(child, f"{_plain(menu.title())} " if isinstance(child.menu(), QMenu) or prefix else "", rows)
        return
    keys = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()]
    if keys and not action.isSeparator():
        rows.append((prefix + _plain(action.objectName()), " or ".join(dict.fromkeys(keys))))


def _plain(text: str) -> str:
    return text.replace("&", "").removesuffix("…")
