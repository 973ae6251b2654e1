"""What the window remembers from one start to the next: an ini file among the user's settings."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path
from PySide6.QtCore import QByteArray, QSettings

from glyphstudio.resources import LEARNERS

_THEMES = ("system", "light", "dark")


class Settings:
    """Values of a wrong kind (an edited or damaged file) count as absent."""

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
        """The name of the learner that was chosen last, if there is such a one."""
        value = self._store.value("learner")
        return value if value in LEARNERS else None

    @learner.setter
    def learner(self, name: str) -> None:
        self._store.setValue("learner", name)

    @property
    def library(self) -> Path | None:
        """The library that was open last."""
        value = self._store.value("library")
        return Path(value) if isinstance(value, str) and value else None

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
        """In pixels; None: the window decides."""
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

    def save(self) -> None:
        """Write the file now."""
        self._store.sync()

    def _number(self, key: str) -> int | None:
        try:
            return int(str(self._store.value(key)))
        except ValueError:
            return None
