"""The command line: the window's work and meta-training, for scripts and machines without a display."""

from __future__ import annotations


def main() -> int:
    """Run the command line of this process, and return the exit status."""
    from glyphstudio.cli.app import run  # late: the window needs none of the command line's libraries

    return run()
