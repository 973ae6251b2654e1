"""What the commands print: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

out = Console(soft_wrap=not sys.stdout.isatty(), highlight=False)
err = Console(stderr=True, highlight=False)


def say_problem(sentence: str) -> None:
    """One sentence for the user, to standard error."""
    err.print(f"[bold red]glyphstudio:[/] {_plain(sentence)}", soft_wrap=True)


def say(sentence: str) -> None:
    """A remark, to standard error."""
    err.print(_plain(sentence), soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON value, to standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def percent(share: float, digits: int = 1) -> str:
    """0.931 -> "93.1 %"."""
    return f"{100 * share:.{digits}f} %"


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left, on standard error, as a function of (done, in all). It goes when the work is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain(sentence: str) -> str:
    return sentence.replace("[", r"\[")
