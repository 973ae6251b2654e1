"""The window, or on a machine without a display the same job without one."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def has_display() -> bool:
    """Whether a window can be shown. Only Linux and its kin can be without a display."""
    if sys.platform in ("win32", "darwin", "cygwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def open_window(library: Path | None = None, weights: Path | None = None, device: str = "auto") -> int:
    """Run the window until it is closed; the exit status. Without a display: the headless demonstration."""
    if has_display():
        from glyphstudio.ui.app import run

        return run(library, weights, device)
    from glyphstudio.cli.output import say, say_problem

    if library is not None:
        say_problem(
            "There is no display to open the window on. `glyphstudio classify --library FILE` and the other commands "
            "work without one; see `glyphstudio --help`."
        )
        return 1
    say("There is no display, so this is the same job without a window.")
    from glyphstudio.cli.demo import demonstrate

    return demonstrate(weights, device)
