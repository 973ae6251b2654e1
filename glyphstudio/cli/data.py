"""data fetch: the official archives, for users."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from glyphstudio.cli.output import err, say
from glyphstudio.data.fetch import default_data_folder, fetch

app = typer.Typer(help="Data to train and evaluate on.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Data to train and evaluate on."""


class Source(StrEnum):
    """What can be fetched."""

    OMNIGLOT = "omniglot"


@app.command("fetch")
def fetch_command(
    source: Annotated[Source, typer.Argument(help="omniglot: 1,623 characters by 20 drawers each.")],
    to: Annotated[Path | None, typer.Option("--to", metavar="FOLDER", help="Where to keep the archives.")] = None,
) -> None:
    """Fetch the official archives. A broken download goes on where it stopped."""
    folder = to or default_data_folder()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err) as bar:
        tasks = {}

        def progress(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        fetch(folder, on_progress=progress)
    say(f"{source.value.capitalize()} is in {folder}. Train on it with: glyphstudio train --data {folder}")
