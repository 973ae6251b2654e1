"""All actions of the window with their keys, the menus made of them, and the list of keys for Help."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QPalette
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from glyphstudio.ui.answer.ranking import ROWS
from glyphstudio.ui.parts.icons import icon

Keys = QKeySequence.StandardKey
_PICKS = "&It Is"

# What is not an action of its own but worth knowing; shown with the rest in Help.
OTHER_KEYS = (
    ("Enrol the drawing, or add it to the glyph of that name", "Enter"),
    ("Name the glyph: just type", "A–Z"),
    ("Go on to the next part of the window", "Tab"),
    ("Show the drawings of the selected glyph", "Enter in the library"),
    ("Undo the last change of the library", "Ctrl+Z in the library"),
    ("Empty the name or the search", "Escape in the field"),
    ("Undo the last stroke", "The pen's eraser end"),
)


class Actions(QObject):
    """Owns the actions; the window connects them."""

    picked = Signal(int)  # index of a candidate, 0..4
    theme_chosen = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icons: dict[QAction, str] = {}
        # File
        self.new_library = self._make("&New Library…", Keys.New)
        self.open_library = self._make("&Open Library…", Keys.Open)
        self.open_drawing = self._make("Open &Picture or Ink…", "Ctrl+I")
        self.export_drawing = self._make("&Export Drawing…", "Ctrl+E")
        self.quit = self._make("&Quit", "Ctrl+Q")
        # Edit
        self.undo = self._make("&Undo Stroke", Keys.Undo, icon_name="undo")
        self.redo = self._make("&Redo Stroke", "Ctrl+Shift+Z", "Ctrl+Y", icon_name="redo")
        self.undo_change = self._make("Undo Library Change", "Ctrl+Alt+Z")
        self.clear = self._make("C&lear Canvas", "Esc", icon_name="clear")
        self.copy = self._make("&Copy Drawing", Keys.Copy)
        self.paste = self._make("&Paste Picture", Keys.Paste)
        self.find = self._make("&Find Glyph", Keys.Find)
        # Glyph
        self.enrol = self._make("&Enrol Drawing", "Ctrl+Return", "Ctrl+Enter")
        self.name = self._make("&Name", "Ctrl+L")
        self.picks = [self._make(f"Candidate &{i + 1}", str(i + 1), f"Alt+{i + 1}") for i in range(ROWS)]
        for pick in self.picks:
            pick.triggered.connect(self._pick)
        self.show_shots = self._make("Show &Drawings", "Ctrl+D")
        self.rename = self._make("&Rename", "F2")
        self.delete = self._make("&Delete", Keys.Delete)
        # View
        self.themes = QActionGroup(self)
        for choice, text in (("system", "&System"), ("light", "&Light"), ("dark", "&Dark")):
            action = self._make(text)
            action.setCheckable(True)
            action.setData(choice)
            self.themes.addAction(action)
        self.themes.triggered.connect(self._theme)
        self.thinner = self._make("&Thinner Pen", "[")
        self.thicker = self._make("Thi&cker Pen", "]")
        self.full_screen = self._make("&Full Screen", "F11")
        self.full_screen.setCheckable(True)
        self.reset_layout = self._make("&Reset Layout")
        # Help
        self.keys = self._make("&Keyboard Shortcuts", Keys.HelpContents)
        self.about = self._make("&About GlyphStudio")
        for action in self.library_actions:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    @property
    def library_actions(self) -> list[QAction]:
        """Those that work on the glyph selected in the gallery, and have their keys only there."""
        return [self.show_shots, self.rename, self.delete]

    @property
    def tools(self) -> list[QAction]:
        """The buttons below the canvas."""
        return [self.undo, self.redo, self.clear]

    @property
    def drawing_keys(self) -> list[QAction]:
        """Actions with plain keys that a text field needs for itself."""
        return [*self.picks, self.thinner, self.thicker]

    def _make(self, text: str, *keys: QKeySequence.StandardKey | str, icon_name: str = "") -> QAction:
        action = QAction(text, self)
        action.setObjectName(text)  # the text may change with what the action would do
        action.setShortcuts([QKeySequence(key) for key in keys])
        if icon_name:
            self._icons[action] = icon_name
        return action

    def colour(self, palette: QPalette) -> None:
        """Draw the icons in the palette's colours."""
        for action, name in self._icons.items():
            action.setIcon(icon(name, palette))
            action.setIconVisibleInMenu(False)

    def fill(self, bar: QMenuBar, learner: QMenu, training: QMenu) -> None:
        """Build the menus; those two are made elsewhere."""
        separator = None
        menus: list[tuple[str, list[QAction | None]]] = [
            ("&File", [self.new_library, self.open_library, separator, self.open_drawing, self.export_drawing,
                       separator, self.quit]),
            ("&Edit", [self.undo, self.redo, self.clear, separator, self.undo_change, separator, self.copy, self.paste,
                       separator, self.find]),
            ("&Glyph", [self.name, self.enrol, separator, self.show_shots, self.rename, self.delete]),
            ("&View", [self.thinner, self.thicker, separator, self.full_screen, self.reset_layout]),
            ("&Help", [self.keys, self.about]),
        ]  # fmt: skip
        for title, actions in menus:
            menu = bar.addMenu(title)
            _add(menu, actions)
            if title == "&Glyph":
                bar.addMenu(learner)
                bar.addMenu(training)
                picks = QMenu(_PICKS, menu)
                _add(picks, list(self.picks))
                menu.insertMenu(menu.actions()[2], picks)
            if title == "&View":
                theme = QMenu("&Theme", menu)
                _add(theme, list(self.themes.actions()))
                menu.insertMenu(menu.actions()[0], theme)

    def show_theme(self, choice: str) -> None:
        """Tick the theme that is in force."""
        for action in self.themes.actions():
            action.setChecked(action.data() == choice)

    @Slot()
    def _pick(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.picked.emit(self.picks.index(sender))

    @Slot(QAction)
    def _theme(self, action: QAction) -> None:
        self.theme_chosen.emit(str(action.data()))


def _add(menu: QMenu, actions: list[QAction | None]) -> None:
    for action in actions:
        if action is None:
            menu.addSeparator()
        else:
            menu.addAction(action)


def key_list(bar: QMenuBar) -> list[tuple[str, list[tuple[str, str]]]]:
    """All keys by menu: (menu, [(what it does, keys)]); made from the menus, so that it cannot be out of date."""
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
        rows.append(("Say which candidate it is", f"1 to {ROWS}, or Alt+1 to Alt+{ROWS} while typing"))
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
