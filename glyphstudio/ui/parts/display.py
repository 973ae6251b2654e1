"""Finds out without Qt whether there is a display: Qt ends the process if it cannot open one."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

_TIMEOUT = 2.0  # seconds; a display over the network answers sooner or not at all


def has_display() -> bool:
    """Return whether a window can be opened. Only Linux and similar systems can lack a display."""
    if sys.platform in ("win32", "darwin", "cygwin"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return True  # offscreen and similar platforms need no display
    return _wayland(os.environ.get("WAYLAND_DISPLAY", "")) or _x11(os.environ.get("DISPLAY", ""))


def _wayland(name: str) -> bool:
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/run/user")) / name
    return bool(name) and _answers(socket.AF_UNIX, str(path))


def _x11(name: str) -> bool:
    """Return whether the X server answers: DISPLAY alone may name one that has ended or never started."""
    if not name:
        return False
    found = re.fullmatch(r"([^:/]*):(\d{1,4})(?:\.\d+)?", name)
    if found is None:
        return True  # perhaps Qt can read it
    host, number = found[1], int(found[2])
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - X11 prescribes this path
        return any(_answers(socket.AF_UNIX, place) for place in (path, "\0" + path))
    return _answers(socket.AF_INET, (host, 6000 + number))


def _answers(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(_TIMEOUT)
            connection.connect(address)
    except (OSError, UnicodeError):
        return False
    return True
