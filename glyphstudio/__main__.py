"""Starts the window, or one of the commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """The entry point of `glyphstudio`, of `python -m glyphstudio`, and of the package."""
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()  # in a package, a child process is the same program with other arguments
    _give_streams()
    try:
        sys.exit(_start())
    except KeyboardInterrupt:
        sys.exit(130)


def _give_streams() -> None:
    """Open missing output streams, so that printing never fails: after a double click on Windows there is no
    console."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  never closed


def _start() -> int:
    if sys.argv[1:2] == ["--self-test"]:
        from glyphstudio.cli.check.self_test import main as self_test

        return self_test(sys.argv[2:])
    if sys.argv[1:2] == ["--measure-start"]:
        from glyphstudio.ui.start.measuring import report_start

        return report_start(sys.argv[2])
    from glyphstudio.ui.parts.display import has_display

    if len(sys.argv) == 2 and sys.argv[1].lower().endswith(".glyphs"):  # a library was double-clicked
        from glyphstudio.cli.window import open_window

        return open_window(Path(sys.argv[1]))
    if sys.argv[1:] or not has_display():
        from glyphstudio.cli import main as command

        return command()
    # Without the command line's libraries, the window appears a quarter of a second sooner.
    from glyphstudio.cli.window import open_window

    return open_window()


if __name__ == "__main__":
    main()
