"""Keeps what the window remembers between starts, in an ini file among the user's settings."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path
from PySide6.QtCore import QByteArray, QSettings

_THEMES = ("system", "light", "dark")


class Settings:
    """Values of the wrong kind, from an edited or damaged file, count as absent."""

    def __init__(self, path: Path | None = None) -> None:
        folder = user_config_path("GlyphStudio", appauthor=False)
        self._store = QSettings(str(path or folder / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        value = str(self._store.value("theme", "system"))
        return value if value in _THEMES else "system"

    @theme.setter
    def theme(self, choice: str) -> None:
        self._store.setValue("theme", choice)

    @property
    def learner(self) -> str | None:
        """The key of the weights chosen last: a learner's name, or one of the user's own files."""
        return self._text("learner")

    @learner.setter
    def learner(self, key: str) -> None:
        self._store.setValue("learner", key)

    @property
    def learner_before(self) -> str | None:
        """The key of the weights in use before `learner`."""
        return self._text("learner_before")

    @learner_before.setter
    def learner_before(self, key: str) -> None:
        self._store.setValue("learner_before", key)

    @property
    def library(self) -> Path | None:
        """The library opened last."""
        value = self._text("library")
        return None if value is None else Path(value)

    @library.setter
    def library(self, path: Path) -> None:
        self._store.setValue("library", str(path))

    @property
    def pen_width(self) -> int | None:
        return self._number("pen_width")

    @pen_width.setter
    def pen_width(self, index: int) -> None:
        self._store.setValue("pen_width", index)

    @property
    def panel_width(self) -> int | None:
        """The answer column's width in pixels; None lets the window decide."""
        return self._number("panel_width")

    @panel_width.setter
    def panel_width(self, width: int | None) -> None:
        if width is None:
            self._store.remove("panel_width")
        else:
            self._store.setValue("panel_width", width)

    @property
    def geometry(self) -> QByteArray | None:
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def docks(self) -> QByteArray | None:
        """Which docks are open, where, and how large."""
        value = self._store.value("docks")
        return value if isinstance(value, QByteArray) else None

    @docks.setter
    def docks(self, value: QByteArray) -> None:
        self._store.setValue("docks", value)

    def save(self) -> None:
        """Write the file at once."""
        self._store.sync()

    def _text(self, key: str) -> str | None:
        value = self._store.value(key)
        return value if isinstance(value, str) and value else None

    def _number(self, key: str) -> int | None:
        try:
            return int(str(self._store.value(key)))
        except ValueError:
            return None
