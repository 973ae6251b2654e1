"""The command line: what the window does, and meta-training, for scripts and machines without a display."""

from __future__ import annotations


def main() -> int:
    """Run the command line of this process; the exit status."""
    from glyphstudio.cli.app import run  # here, since the window needs none of the command line's libraries

    return run()
