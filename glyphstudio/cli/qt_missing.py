"""The message if Qt cannot be loaded."""

from __future__ import annotations


def no_qt(error: ImportError) -> str | None:
    """Return the sentence for a machine that cannot load Qt; None if something else is missing."""
    if not any(part in f"{error.name} {error.path}" for part in ("PySide6", "shiboken6")):
        return None
    return (
        f"Qt, which draws the window, cannot be loaded ({error}). In a source checkout, `make setup` installs or names "
        "the missing system packages. On Debian and Ubuntu this is usually: apt-get install libegl1 libgl1 "
        "libxkbcommon0 libdbus-1-3 libfontconfig1. The commands work without Qt: see `glyphstudio --help`."
    )
