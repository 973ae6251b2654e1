"""Runs: one meta-training each, with its settings, log, state and result, in a folder of its own.

`run.json` says what the run is and how it stands, `log.jsonl` (run_log.py) how it went, `state.safetensors` lets it go
on, `weights.safetensors` is what came of it. Runs lie together in one folder; one that `glyphstudio train` keeps
elsewhere is known there by a file that says where. Knows no torch: whoever lists runs need not wait for it.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.saving import write_beside

RUN_FILE, STATE_FILE, WEIGHTS_FILE, LOG_FILE = "run.json", "state.safetensors", "weights.safetensors", "log.jsonl"
_ELSEWHERE = ".elsewhere"  # a file that names the folder of a run kept in another place
_FORMAT = 1
_MAX_BYTES = 1 << 20
_LONGEST_NAME, _LONGEST_NOTE = 200, 4000


class RunState(StrEnum):
    """How a run stands. One that says RUNNING while nobody runs it was cut off, and can be resumed."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"  # kept before its last step, with weights
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Run:
    """folder: where it lies. sources: names as `sources.load_source` takes them. settings: every field of
    `TrainConfig`, plain. described: what the source turned out to be. measure_tasks: tasks of each figure at the end.
    seconds: of computing so far. figures: accuracy 0..1, ci95 and tasks by the protocol's name, at the end. sentences:
    what the diagnosis said. problem: why it failed.
    """

    folder: Path
    name: str
    created: datetime
    learner: str
    sources: tuple[str, ...]
    settings: Mapping[str, Any]
    state: RunState = RunState.WAITING
    step: int = 0
    steps: int = 0
    seconds: float = 0.0
    measure_tasks: int = 300
    described: str = ""
    note: str = ""
    device: str = ""
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()
    problem: str = ""

    @property
    def weights(self) -> Path:
        """Its result; whether it is there yet is for the caller to find out."""
        return self.folder / WEIGHTS_FILE

    @property
    def log(self) -> Path:
        return self.folder / LOG_FILE

    @property
    def resumable(self) -> bool:
        """Whether there is a state to go on from, and something left to do."""
        return self.state is not RunState.DONE and (self.folder / STATE_FILE).is_file()


class Runs:
    """The runs in a folder; the user's own without one. Every call reads or writes the disk: small files, but not a
    thing to do in the window's thread for hundreds of runs."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_data_path("GlyphStudio", appauthor=False) / "runs"

    def all(self) -> list[Run]:
        """Newest first. Folders that hold no readable run are left out."""
        found = []
        if self.folder.is_dir():
            for entry in sorted(self.folder.iterdir()):
                try:
                    found.append(load_run(_elsewhere(entry) if entry.suffix == _ELSEWHERE else entry))
                except EngineError:
                    continue
        return sorted(found, key=lambda run: (run.created, run.folder.name), reverse=True)

    def new(
        self,
        learner: str,
        sources: tuple[str, ...],
        settings: Mapping[str, Any],
        *,
        name: str = "",
        measure_tasks: int = 300,
        folder: Path | None = None,
    ) -> Run:
        """A run that waits, written to disk. folder: its own place, if it is not to lie with the others; they then
        know of it. Raises SavingError."""
        created = datetime.now(UTC)
        own = folder or self.folder / f"{created:%Y%m%d-%H%M%S}-{learner}-{secrets.token_hex(2)}"
        run = Run(
            own,
            _clean(name) or f"{learner}, {created.astimezone():%d %b %H:%M}",
            created,
            learner,
            sources,
            dict(settings),
            steps=int(settings.get("steps", 0)),
            measure_tasks=measure_tasks,
        )
        save_run(run)
        if folder is not None:
            place = folder.absolute()
            pointer = self.folder / f"{created:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}{_ELSEWHERE}"
            for entry in self.folder.glob(f"*{_ELSEWHERE}"):
                if _elsewhere(entry) == place:
                    return run
            write_beside(pointer, str(place).encode(), "The list of runs")
        return run

    def rename(self, run: Run, name: str) -> Run:
        """Raises SavingError, and EngineError for a name of nothing."""
        if not _clean(name):
            raise EngineError("A run needs a name. Type one, or press Escape to keep the old one.")
        return save_run(replace(load_run(run.folder), name=_clean(name)))

    def annotate(self, run: Run, note: str) -> Run:
        """Give it a note of the user's. Raises SavingError."""
        return save_run(replace(load_run(run.folder), note=note[:_LONGEST_NOTE]))

    def delete(self, run: Run) -> None:
        """Its folder goes, with all that is in it. One kept elsewhere is only forgotten: its folder may hold other
        things of the user's. Raises EngineError."""
        try:
            if run.folder.parent == self.folder:
                shutil.rmtree(run.folder)
                return
            for entry in self.folder.glob(f"*{_ELSEWHERE}"):
                if _elsewhere(entry) == run.folder.absolute():
                    entry.unlink()
        except OSError as error:
            raise EngineError(f"The run could not be deleted ({error.strerror or error}). Try again.") from error


def save_run(run: Run) -> Run:
    """Write `run.json`. Raises SavingError."""
    values = {
        "format": _FORMAT,
        "name": run.name,
        "note": run.note,
        "created": run.created.isoformat(),
        "learner": run.learner,
        "sources": list(run.sources),
        "described": run.described,
        "settings": dict(run.settings),
        "state": str(run.state),
        "step": run.step,
        "steps": run.steps,
        "seconds": round(run.seconds, 2),
        "measure_tasks": run.measure_tasks,
        "device": run.device,
        "figures": {name: dict(figure) for name, figure in run.figures.items()},
        "sentences": list(run.sentences),
        "problem": run.problem,
    }
    write_beside(run.folder / RUN_FILE, json.dumps(values, indent=1, ensure_ascii=False).encode(), "The run")
    return run


def load_run(folder: Path) -> Run:
    """Raises EngineError where the folder holds no run, or one that is damaged."""
    path = folder / RUN_FILE
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ValueError("too large")
        values = json.loads(data)
        if values["format"] != _FORMAT:
            raise ValueError(f"format {values['format']}")
        created = datetime.fromisoformat(values["created"])
        return Run(
            folder=folder,
            name=_clean(str(values["name"])) or folder.name,
            created=created if created.tzinfo else created.replace(tzinfo=UTC),
            learner=str(values["learner"]),
            sources=tuple(str(source) for source in values["sources"]),
            settings=_table(values["settings"]),
            state=RunState(values["state"]),
            step=int(values["step"]),
            steps=int(values["steps"]),
            seconds=float(values["seconds"]),
            measure_tasks=int(values["measure_tasks"]),
            described=str(values["described"]),
            note=str(values["note"])[:_LONGEST_NOTE],
            device=str(values["device"]),
            figures={
                str(name): {str(key): float(number) for key, number in _table(figure).items()}
                for name, figure in _table(values["figures"]).items()
            },
            sentences=tuple(str(sentence) for sentence in values["sentences"]),
            problem=str(values["problem"]),
        )
    except OSError as error:
        raise EngineError(f"There is no run in {folder} ({error.strerror or error}).") from error
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise EngineError(f"{path} is not a run of this version of GlyphStudio ({error}).") from error


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("a table was expected")
    return value


def _clean(name: str) -> str:
    return " ".join(name.split())[:_LONGEST_NAME]


def _elsewhere(pointer: Path) -> Path:
    """The folder that it names. Raises EngineError."""
    try:
        with pointer.open("rb") as file:
            return Path(file.read(4096).decode().strip())
    except (OSError, ValueError) as error:
        raise EngineError(f"{pointer} names no folder.") from error
