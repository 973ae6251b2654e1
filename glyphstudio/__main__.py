"""Start the window, or one of the commands."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of `glyphstudio` and of `python -m glyphstudio`."""
    try:
        sys.exit(_start())
    except KeyboardInterrupt:
        sys.exit(130)


def _start() -> int:
    from glyphstudio.ui.display import has_display

    if sys.argv[1:] or not has_display():
        from glyphstudio.cli import main as command

        return command()
    # Without the libraries of the command line, the window is there a quarter of a second sooner.
    from glyphstudio.cli.window import open_window

    return open_window()


if __name__ == "__main__":
    main()
