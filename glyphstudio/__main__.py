"""Start the window, or one of the commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """The entry point of `glyphstudio`, of `python -m glyphstudio`, and of the package."""
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()  # a further process of a package is the same program with other arguments
    _give_streams()
    try:
        sys.exit(_start())
    except KeyboardInterrupt:
        sys.exit(130)


def _give_streams() -> None:
    """Without a console, as after a double click on Windows, nothing reads what is printed; nor may it fail."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  for good


def _start() -> int:
    if sys.argv[1:2] == ["--self-test"]:
        from glyphstudio.cli.self_test import main as self_test

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
    # Without the libraries of the command line, the window is there a quarter of a second sooner.
    from glyphstudio.cli.window import open_window

    return open_window()


if __name__ == "__main__":
    main()
