"""Start the window, or one of the commands."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of `glyphstudio` and of `python -m glyphstudio`."""
    if sys.argv[1:]:
        from glyphstudio.cli import main as command

        sys.exit(command())
    # The window needs none of the command line's libraries: without them it is there a fifth of a second sooner.
    from glyphstudio.cli.window import open_window

    sys.exit(open_window())


if __name__ == "__main__":
    main()
