"""Keeps what the window remembers between starts, in an ini file among the user's settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from platformdirs import user_config_path
from PySide6.QtCore import QByteArray, QSettings

from glyphstudio.verdict import Strictness

_THEMES = ("system", "light", "dark")
T = TypeVar("T")


class _Stored(Generic[T]):
    """A value under its attribute's name. read: gives the value that the file's stands for; None in the file if it is
    absent. Setting None removes the value."""

    def __init__(self, read: Callable[[object], T]) -> None:
        self._read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self._key = name

    def __get__(self, settings: Settings, owner: type) -> T:
        return self._read(settings.store.value(self._key))

    def __set__(self, settings: Settings, value: T) -> None:
        if value is None:
            settings.store.remove(self._key)
        else:
            settings.store.setValue(self._key, str(value) if isinstance(value, Path | Strictness) else value)


def _theme(value: object) -> str:
    return str(value) if value in _THEMES else "system"


def _strictness(value: object) -> Strictness:
    return Strictness(str(value)) if value in list(Strictness) else Strictness.BALANCED


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _path(value: object) -> Path | None:
    return Path(value) if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _bytes(value: object) -> QByteArray | None:
    return value if isinstance(value, QByteArray) else None


class Settings:
    """Values of the wrong kind, from an edited or damaged file, count as absent."""

    theme = _Stored(_theme)
    strictness = _Stored(_strictness)
    learner = _Stored(_text)  # the key of the weights chosen last: a learner's name, or one of the user's own files
    learner_before = _Stored(_text)  # the key of the weights in use before `learner`
    library = _Stored(_path)  # the library opened last
    pen_width = _Stored(_number)
    panel_width = _Stored(_number)  # the answer column's, in pixels; None lets the window decide
    geometry = _Stored(_bytes)
    docks = _Stored(_bytes)  # which docks are open, where, and how large

    def __init__(self, path: Path | None = None) -> None:
        folder = user_config_path("GlyphStudio", appauthor=False)
        self.store = QSettings(str(path or folder / "settings.ini"), QSettings.Format.IniFormat)

    def save(self) -> None:
        """Write the file at once."""
        self.store.sync()
