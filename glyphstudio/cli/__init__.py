"""The command line: what the window does, and meta-training, for scripts and machines without a display."""

from __future__ import annotations

import sys
from typing import Annotated

import click
import typer

from glyphstudio import __version__
from glyphstudio.cli import data, drawings, library, training
from glyphstudio.cli.bench import bench
from glyphstudio.cli.options import LibraryFile, WeightsFile
from glyphstudio.cli.output import say_problem
from glyphstudio.cli.window import open_window

app = typer.Typer(
    name="glyphstudio",
    help="Teach a computer a new symbol from one drawing. Without a command, the window opens.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(drawings.enrol)
app.command()(drawings.classify)
app.add_typer(library.app, name="library")
app.command()(training.train)
app.command()(training.evaluate)
app.add_typer(data.app, name="data")
app.command()(bench)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"GlyphStudio {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    library_file: LibraryFile = None,
    weights: WeightsFile = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Teach a computer a new symbol from one drawing. Without a command, the window opens."""
    if context.invoked_subcommand is None:
        raise typer.Exit(open_window(library_file, weights, device))


def main() -> int:
    """Run one command line; the exit status: 0 done, 1 failed with a sentence, 2 wrong usage, 130 interrupted."""
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except (KeyboardInterrupt, click.Abort):
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        sys.stderr.close()
        return 141
    except Exception as error:
        # Every exception class of our own carries a sentence for the user; anything else is a mistake of ours.
        if not type(error).__module__.startswith("glyphstudio."):
            raise
        say_problem(str(error))
        return 1
    return 0
