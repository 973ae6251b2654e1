"""Messages between the window and the training thread: plain values without a learner."""

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
    """A requested training.

    sources: names as `sources.load_source` takes them. settings: fields of `TrainConfig`, as plain values; missing ones
    come from the learner's recipe. measure_tasks: the number of tasks behind each figure at the end. seconds: the time
    allowed for everything together, which decides the number of steps; 0: take as many steps as the settings say.
    onwards_from: the folder of a run to continue from with these settings.
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
    """A plan to start, or a run to resume. only_finish: take no more steps, and measure what was learned."""

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
    """The open library and the weights in use, as the window knows them when a training ends."""

    library: Path | None = None
    glyphs: tuple[Glyph, ...] = ()
    weights: Path | None = None
    title: str = ""  # of the learner in use

    @property
    def opened(self) -> dict[str, tuple[Glyph, ...]]:
        """The library by its path, as `sources.load_source` takes it."""
        return {} if self.library is None else {str(self.library): self.glyphs}


@dataclass(frozen=True)
class Taken:
    """One step, as the curves need it.

    wall: seconds since the previous step, validation included. validation: accuracy, ci95 and loss, if this step was
    validated.
    """

    step: int
    loss: float
    before: float
    after: float
    seconds: float
    wall: float
    validation: tuple[float, float, float] | None = None


class Ending(Enum):
    """How a training ends before its last step. LEAVE: the program ends, and offers the training at its next start."""

    KEEP = "keep"
    DISCARD = "discard"
    LEAVE = "leave"


# Messages from the thread. For one run: Began, then Doing, Paused and Trouble in any order, then Finished.


@dataclass(frozen=True)
class Began:
    """The start, before anything is loaded. The run is in its folder."""

    run: Run


@dataclass(frozen=True)
class Doing:
    """What the thread does instead of steps; "" while it takes steps.

    It has done `done` of `total`; `total` is 0 if the number is not known. last: no step follows.
    """

    what: str
    done: int = 0
    total: int = 0
    last: bool = False


@dataclass(frozen=True)
class Prepared:
    """The source is loaded and the first step follows. The run now has its steps and its device."""

    run: Run


@dataclass(frozen=True)
class Paused:
    paused: bool


@dataclass(frozen=True)
class Trouble:
    """A sentence that says why the run cannot be saved for now. Empty: saving works again."""

    sentence: str


@dataclass(frozen=True)
class Score:
    """An accuracy (0..1) with its 95 % interval, low to high."""

    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Compared:
    """The new weights and those in use on the same tasks or drawings.

    now: None if there are no weights to compare with. difference: new minus now, then the low and high end of its 95 %
    interval. asked: the number of tasks or drawings, in words.
    """

    what: str
    new: Score
    now: Score | None
    difference: tuple[float, float, float] | None
    asked: str


@dataclass(frozen=True)
class Result:
    """The content of the result page. sentences: further remarks below the table."""

    title: str
    now_title: str
    rows: tuple[Compared, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Finished:
    """The end of a run, which is over or set aside.

    run: None if no run was made. ending: why the run ended before its last step; None if it took all steps or failed.
    weights: whether it has weights. problem: a sentence that says why it failed. remedy: a plan that may succeed;
    remedy_label: the text of its button.
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
    """Runs that a crash, a power cut or the program's end interrupted, newest first. They can be resumed."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class CostRequest:
    """A question: what would such a training cost?

    settings: fields of `TrainConfig`; tables among them are tuples of pairs, too. characters: about how many the source
    has.
    """

    learner: str
    settings: tuple[tuple[str, Any], ...]
    characters: int


@dataclass(frozen=True)
class Cost:
    """The cost of a training, measured on this machine.

    step: seconds per outer step. task: seconds per task of a measurement. megabytes: the most memory that the program
    then takes; NaN if the system does not report it.
    """

    step: float
    task: float
    megabytes: float
    device: str


@dataclass(frozen=True)
class Estimated:
    """The answer to a CostRequest. cost: None if it cannot be measured, for the reason in `sentence`."""

    wish: CostRequest
    cost: Cost | None
    sentence: str = ""
