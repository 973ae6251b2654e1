"""Puts runs into words: their state, their settings and their figures."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glyphstudio.engine.runs.runs import Run, RunState

EMPTY = (
    "There are no trainings yet. Choose Training > Meta-train… to start one. Trainings from the command line "
    "(glyphstudio train) appear here too."
)
NOTHING_FOUND = "No run has this in its name, its note, its learner or its source."
LOADING = "Looking for runs…"
MAIN_FIGURE = "5-way 1-shot"  # nearly every source can serve it, so runs can be compared by it


@dataclass(frozen=True)
class Listed:
    """A run as it was found on the disk.

    held: some process is training it. resumable: it has a state to resume from. weights: it has its resulting weights.
    kept: its folder is among the other runs' folders, so that deleting the run deletes the folder.
    """

    run: Run
    held: bool = False
    resumable: bool = False
    weights: bool = False
    kept: bool = True

    @property
    def can_resume(self) -> bool:
        return self.resumable and not self.held

    @property
    def key(self) -> str:
        """The key that identifies this run among others."""
        return str(self.run.folder)


def state_of(listed: Listed) -> str:
    """Return the run's state in a few words."""
    run = listed.run
    at = f"at step {run.step:,} of {run.steps:,}"
    match run.state:
        case RunState.DONE:
            return "done"
        case RunState.FAILED:
            return f"failed {at}"
        case RunState.STOPPED:
            return f"stopped {at}"
        case RunState.WAITING:
            return "waiting"
    if not listed.held:
        return f"cut off {at}"
    return f"paused {at}" if run.state is RunState.PAUSED else f"running, step {run.step:,} of {run.steps:,}"


def figure_of(figure: Mapping[str, float]) -> str:
    """Return a figure such as "98.1 ± 0.4 %", without the interval if it is not known."""
    accuracy, ci95 = figure.get("accuracy", math.nan), figure.get("ci95", math.nan)
    if not math.isfinite(accuracy):
        return ""
    interval = f" ± {100 * ci95:.1f}" if math.isfinite(ci95) else ""
    return f"{100 * accuracy:.1f}{interval} %"


def main_figure(run: Run) -> tuple[str, Mapping[str, float]]:
    """Return the protocol and the value of the figure that stands for a run, or ("", {}) if none was measured."""
    if MAIN_FIGURE in run.figures:
        return MAIN_FIGURE, run.figures[MAIN_FIGURE]
    return next(iter(run.figures.items()), ("", {}))


def accuracy_of(run: Run) -> str:
    """Return the main figure, with its protocol unless that is `MAIN_FIGURE`."""
    name, figure = main_figure(run)
    text = figure_of(figure)
    return text if name == MAIN_FIGURE or not text else f"{text} ({name})"


def source_of(run: Run) -> str:
    """Return the names of the run's sources: Omniglot, synthetic, or a library's name."""
    return " + ".join(_source(name) for name in run.sources) or "Omniglot"


def _source(name: str) -> str:
    if name.partition(":")[0] == "synthetic":
        return name.replace(":", ", ") + " alphabets" if ":" in name else name
    return Path(name).name if name else "Omniglot"


def settings_of(run: Run) -> str:
    """Return the main settings, such as "60-way 1-shot, 4,000 steps, rate 0.002"."""
    values = run.settings
    parts = []
    if "ways" in values and "shots" in values:
        parts.append(f"{_value(values['ways'])}-way {_value(values['shots'])}-shot")
    if "steps" in values:
        parts.append(f"{_value(values['steps'])} steps")
    if "rate" in values:
        parts.append(f"rate {_value(values['rate'])}")
    return ", ".join(parts)


def date_of(run: Run) -> str:
    return f"{run.created.astimezone():%d %b %Y, %H:%M}"


def tip(text: str) -> str:
    """Return a tooltip that shows `text` literally, because Qt would take "<b>" for markup."""
    return f"<p>{'<br>'.join(html.escape(line) for line in text.splitlines())}</p>" if text else ""


def duration_of(seconds: float) -> str:
    """Return a duration such as "45 s", "12 min" or "3 h 5 min"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


_TITLES = {
    "learner": "Learner",
    "start": "Starts with",
    "ways": "Ways",
    "shots": "Shots",
    "queries": "Queries",
    "meta_batch": "Tasks in a step",
    "within": "Tasks within alphabets",
    "alphabets": "Alphabets per such task",
    "variants": "Turned and mirrored",
    "fixed_labels": "Fixed labels",
    "steps": "Steps",
    "rate": "Learning rate",
    "weight_decay": "Weight decay",
    "clip": "Gradient clipping",
    "seed": "Seed",
    "device": "Device chosen",
    "save_every": "Saved every",
    "validate_every": "Validated every",
    "validation_tasks": "Validation tasks",
    "inner": "Inner loop",
    "encoder": "Encoder",
    "jitter": "Jitter",
}


def rows_of(run: Run) -> dict[str, str]:
    """Return all settings under the names shown to people; those in tables under names like "Inner loop: steps"."""
    return {"Source": source_of(run), **dict(_rows(run.settings))}


def _rows(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    order = list(_TITLES)
    for name in sorted(values, key=lambda name: (order.index(name) if name in order else len(order), name)):
        value, plain = values[name], name.replace("_", " ")
        title = f"{above}: {plain}" if above else _TITLES.get(name, plain)
        if isinstance(value, Mapping):
            yield from _rows(value, title)
        else:
            yield title, _value(value)


def _value(value: Any) -> str:
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 1e15 else "a huge number"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(_value(one) for one in value)
    return str(value) or "–"
