"""Keys that a widget claims for itself before the window's actions take them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


def claim(event: QEvent, *keys: Qt.Key | QKeySequence.StandardKey, typing: bool = False) -> bool:
    """Claim the key if `event` asks who wants it; call this first in `event`. Without it, an action of the window that
    has this key comes before `keyPressEvent`: Escape, for one, clears the canvas.

    typing: claim every key that types a character, too.
    """
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
    types = typing and plain and event.text().isprintable() and bool(event.text().strip())
    if not types and not any(event.key() == key if isinstance(key, Qt.Key) else event.matches(key) for key in keys):
        return False
    event.accept()
    return True
