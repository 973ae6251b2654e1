"""Prints for the commands: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from glyphstudio.names import shown

if TYPE_CHECKING:
    from glyphstudio.studio import Ranking

# No markup and no emoji codes: names and paths are shown unchanged, including [brackets] and :colons:. In a file or a
# pipe a line may be any length, so that other programs can read it.
_PLAIN: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}
out = Console(width=None if sys.stdout and sys.stdout.isatty() else 10_000, **_PLAIN)
err = Console(stderr=True, **_PLAIN)


def say_problem(sentence: str) -> None:
    """Print one sentence about a problem to standard error."""
    err.print(Text.assemble(("glyphstudio: ", "bold red"), shown(sentence)), soft_wrap=True)


def say(sentence: str) -> None:
    """Print a remark to standard error."""
    err.print(shown(sentence), soft_wrap=True)


def say_warning(sentence: str) -> None:
    """Print one sentence about a doubt to standard error. It changes no exit status."""
    err.print(Text.assemble(("Warning: ", "bold yellow"), shown(sentence)), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON value to standard output. JSON has no NaN and infinity: pass None for them."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:  # a terminal without Unicode, or a file name that is not valid text
        text = json.dumps(value, indent=2, allow_nan=False)
    sys.stdout.write(text + "\n")


LISTED = 5  # candidates in a JSON result


def verdict_of(ranking: Ranking) -> dict[str, Any]:
    """Return a ranking's verdict and candidates, best first, for `print_json`."""
    return {
        "verdict": ranking.verdict.value,
        "candidates": [
            {
                "glyph": candidate.name,
                "probability": round(candidate.probability, 4),
                "distance": round(candidate.distance, 4),
            }
            for candidate in ranking.candidates[:LISTED]
        ],
    }


def verdict_text(result: dict[str, Any]) -> str:
    """Return the verdict in the result of `verdict_of` for a table."""
    names = [candidate["glyph"] for candidate in result["candidates"]]
    if result["verdict"] == "either":
        return f"{names[0]} or {names[1]}?"
    return str(names[0]) if result["verdict"] == "known" else "unknown"


def columns(*titles: str, right: tuple[str, ...] = ()) -> Table:
    """Return an empty table that is easy to read and to grep."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left", overflow="fold")
    return table


def percent(share: float, digits: int = 1) -> str:
    """Format a share, such as 0.931 -> "93.1 %"."""
    return f"{100 * share:.{digits}f} %"


def bars(*parts: ProgressColumn) -> Progress:
    """Return progress bars on standard error: `parts`, and the time left. They disappear when the work is done. In a
    file or a pipe they are not drawn at all."""
    everything = (*parts, TextColumn("left"), TimeRemainingColumn())
    return Progress(*everything, console=err, transient=True, disable=not err.is_terminal)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar. It is a function of (done, total)."""
    with bars(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def bar_of_many() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for several stages in turn. It is a function of (stage, done, total)."""
    with bars(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
