"""The commands, their options, and the handling of their errors."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Annotated

import typer

from glyphstudio import __version__
from glyphstudio.cli import data, drawings, library, page, training
from glyphstudio.cli.check.bench import bench
from glyphstudio.cli.measure import adaptation, comparison, evaluation
from glyphstudio.cli.options import Device, LibraryFile, WeightsFile
from glyphstudio.cli.output import say_problem
from glyphstudio.cli.qt_missing import no_qt
from glyphstudio.cli.window import open_window
from glyphstudio.names import shown

EXAMPLES = """\b
Examples:
  glyphstudio enrol --name Kresh kresh.png
  glyphstudio classify drawing.png photo.jpg
  glyphstudio page scan.tif --to cut
  glyphstudio library list
"""

app = typer.Typer(
    name="glyphstudio",
    epilog=EXAMPLES,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    subcommand_metavar="[COMMAND] [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(short_help="Enrol a glyph from one drawing or more.")(drawings.enrol)
app.command(short_help="Name the glyph in each drawing.")(drawings.classify)
app.command(short_help="Name the glyphs on whole pages.")(page.page)
app.add_typer(library.app, name="library")
app.command(short_help="Meta-train a learner.")(training.train)
app.command(short_help="Measure accuracy on unseen tasks.")(evaluation.evaluate)
app.command(short_help="Compare learners on the same tasks.")(comparison.compare)
app.command(short_help="Show learning to learn: which start adapts fastest.")(adaptation.adapt)
app.add_typer(data.app, name="data")
app.command(short_help="Measure speed and memory on this machine.")(bench)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"GlyphStudio {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    library_file: LibraryFile = None,
    weights: WeightsFile = None,
    device: Device = "auto",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Teach a computer a new symbol from one drawing. Without a command, the window opens."""
    if context.invoked_subcommand is None:
        raise typer.Exit(open_window(library_file, weights, device))
    if library_file or weights or device != "auto":
        # To use a library other than the named one, without a word, would be the worst answer.
        raise typer.BadParameter(f"Give --library, --weights and --device after '{context.invoked_subcommand}'.")


def run() -> int:
    """Run one command line. Return the exit status: 0 done, 1 failed with a sentence, 2 wrong usage, 130 interrupted,
    141 if the reader of the output is gone."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # do not fail on a name that the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _command()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output is gone, for example `head`
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


def _command() -> int:
    try:
        app(prog_name="glyphstudio")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        say_problem(sentence)
        return 1
    return 0


def _sentence(error: Exception) -> str | None:
    """Return the sentence for the user; None for a bug in GlyphStudio, which keeps its traceback."""
    if type(error).__module__.startswith("glyphstudio."):
        return str(error)  # all of GlyphStudio's own exceptions have a sentence
    if isinstance(error, ImportError):
        return no_qt(error)
    if isinstance(error, MemoryError) or "out of memory" in str(error) or "can't allocate memory" in str(error):
        return "There is not enough memory for this. Use fewer ways, queries or tasks in a step."
    if isinstance(error, OSError) and error.strerror:
        return (
            f"GlyphStudio cannot use {shown(str(error.filename or 'the file'))[:200]} ({error.strerror}). "
            "Choose another place."
        )
    return None
