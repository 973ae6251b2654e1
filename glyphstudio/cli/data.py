"""data fetch: fetches the official archives for users."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn

from glyphstudio.cli.output import bars, say
from glyphstudio.data.fetch import ARCHIVES, OFFICIAL, default_data_folder, fetch

app = typer.Typer(help="Fetch data to train and evaluate on.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep this a group, although it has only one command."""


class Source(StrEnum):
    """The data that can be fetched."""

    OMNIGLOT = "omniglot"


@app.command("fetch", short_help="Fetch the official archives.")
def fetch_command(
    source: Annotated[
        Source, typer.Argument(metavar="DATA", help="omniglot: 1,623 characters by 20 drawers each, 16 MB.")
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", help="Where to keep the archives; by default where `train` looks."),
    ] = None,
    mirror: Annotated[
        str, typer.Option("--from", metavar="URL", help="A mirror, with the same official archives.")
    ] = OFFICIAL,
) -> None:
    """Fetch the official archives and check them. An interrupted download continues where it stopped."""
    folder = to or default_data_folder()
    with bars(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()) as bar:
        tasks = {}

        def progress(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        fetch(folder, mirror, ARCHIVES, progress)
    data = "" if to is None else f" --data {shlex.quote(str(folder))}"
    say(f"{source.value.capitalize()} is in {folder}. Train on it with: glyphstudio train{data} --out FOLDER")
