"""What the window and the training thread say to each other: plain values, with no learner in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from glyphstudio.engine.runs.runs import Run
from glyphstudio.library.glyph import Glyph
from glyphstudio.resources import LEARNERS


@dataclass(frozen=True)
class Plan:
    """A training that somebody wants.

    sources: names as `sources.load_source` takes them. settings: fields of `TrainConfig`, plain; those that are missing
    are as in the learner's recipe. measure_tasks: of each figure at the end. seconds: that everything together may
    take, for which the number of steps is then chosen; 0: as many steps as the settings say. onwards_from: the folder
    of a run to go on from with these settings.
    """

    learner: str
    sources: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    measure_tasks: int = 300
    name: str = ""
    seconds: float = 0.0
    onwards_from: Path | None = None


@dataclass(frozen=True)
class Job:
    """A plan to begin with, or a run to go on with. only_finish: take no more steps; measure what is there."""

    plan: Plan | None = None
    run: Run | None = None
    only_finish: bool = False

    @property
    def name(self) -> str:
        if self.run is not None:
            return self.run.name
        return "" if self.plan is None else self.plan.name or LEARNERS.get(self.plan.learner, self.plan.learner)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What the window knows when a training ends: the open library, and the weights in use."""

    library: Path | None = None
    glyphs: tuple[Glyph, ...] = ()
    weights: Path | None = None
    title: str = ""  # of the learner in use

    @property
    def opened(self) -> dict[str, tuple[Glyph, ...]]:
        """As `sources.load_source` takes it."""
        return {} if self.library is None else {str(self.library): self.glyphs}


@dataclass(frozen=True)
class Taken:
    """A step, as the curves want it. wall: seconds since the step before, validation included. validation: accuracy,
    ci95 and loss, where there was one."""

    step: int
    loss: float
    before: float
    after: float
    seconds: float
    wall: float
    validation: tuple[float, float, float] | None = None


class Ending(Enum):
    """How a training ends before its last step. LEAVE: the program ends; it is offered at the next start."""

    KEEP = "keep"
    DISCARD = "discard"
    LEAVE = "leave"


# What the thread tells. Of one run: Began, then Doing and Paused and Trouble in any order, then Finished.


@dataclass(frozen=True)
class Began:
    """Before anything is loaded. The run lies in its folder."""

    run: Run


@dataclass(frozen=True)
class Doing:
    """What the thread does instead of steps, `done` of `total`; `total` 0 where that is not known. Of steps: "". last:
    no step follows."""

    what: str
    done: int = 0
    total: int = 0
    last: bool = False


@dataclass(frozen=True)
class Prepared:
    """The source is there, the first step follows. The run knows its steps and its device now."""

    run: Run


@dataclass(frozen=True)
class Paused:
    paused: bool


@dataclass(frozen=True)
class Trouble:
    """The run cannot be saved, as a sentence, and is tried again; empty: it could be, again."""

    sentence: str


@dataclass(frozen=True)
class Score:
    """An accuracy (0..1) with its 95 % interval, low..high."""

    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Compared:
    """New weights and those in use, asked the same. now: None where there are none to compare with. difference: new
    minus now, and its 95 % interval, low and high. asked: how many tasks, or drawings."""

    what: str
    new: Score
    now: Score | None
    difference: tuple[float, float, float] | None
    asked: str


@dataclass(frozen=True)
class Result:
    """What is shown at the end. sentences: what else is to be said about it."""

    title: str
    now_title: str
    rows: tuple[Compared, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Finished:
    """The run is over, or set aside.

    run: None where there is not even one. ending: why it ended before its last step; None where it did not, or where it
    failed. weights: whether there are any. problem: why it failed, as a sentence. remedy: a plan that may fare better,
    with what a button for it says.
    """

    run: Run | None
    ending: Ending | None = None
    weights: bool = False
    result: Result | None = None
    problem: str = ""
    remedy: Plan | None = None
    remedy_label: str = ""


@dataclass(frozen=True)
class CutOff:
    """Runs that a crash, a power cut or the program's end interrupted, newest first; they can be resumed."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class CostRequest:
    """How long would this take? settings: fields of `TrainConfig`; tables among them are tuples of pairs, too.
    characters: of the source, about."""

    learner: str
    settings: tuple[tuple[str, Any], ...]
    characters: int


@dataclass(frozen=True)
class Cost:
    """Measured on this machine. step: seconds of an outer step. task: of a task of a measurement. megabytes: that the
    program then takes at most; NaN where the system does not tell."""

    step: float
    task: float
    megabytes: float
    device: str


@dataclass(frozen=True)
class Estimated:
    """wish: what was asked. cost: None where it cannot be had, for the reason in `sentence`."""

    wish: CostRequest
    cost: Cost | None
    sentence: str = ""
