"""Opens the window. Without a display, does the window's work without it."""

from __future__ import annotations

from pathlib import Path

from glyphstudio.cli.qt_missing import no_qt
from glyphstudio.ui.parts.display import has_display


def open_window(library: Path | None = None, weights: Path | None = None, device: str = "auto") -> int:
    """Run the window until it is closed, and return the exit status. Without a display, run the demonstration."""
    if has_display():
        from glyphstudio.ui.start.app import run

        try:
            return run(library, weights, device)
        except ImportError as error:
            sentence = no_qt(error)
            if sentence is None:
                raise
            from glyphstudio.cli.output import say_problem

            say_problem(sentence)
            return 1
    from glyphstudio.cli.output import say, say_problem

    if library is not None:
        say_problem(
            "There is no display to open the window on. `glyphstudio classify --library FILE` and the other commands "
            "work without one: see `glyphstudio --help`."
        )
        return 1
    say("There is no display, so GlyphStudio does the same work without a window.")
    from glyphstudio.cli.check.demo import demonstrate

    return demonstrate(weights, device)
