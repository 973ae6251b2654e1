"""Runs: one meta-training each, with its settings, log, state and result, in a folder of its own.

`run.json` says what the run is and how it stands, `log.jsonl` (run_log.py) how it went, `state.safetensors` lets it go
on, `weights.safetensors` is what came of it. Runs lie together in one folder; one that `glyphstudio train` keeps
elsewhere is known there by a file that says where. Knows no torch: whoever lists runs need not wait for it.
"""

from __future__ import annotations

import errno
import json
import math
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
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
_MOST = 1 << 53
_JOINER = "\u200d"  # joins parts of one emoji


class RunState(StrEnum):
    """How a run stands. One that says RUNNING while nobody runs it was cut off, and can be resumed."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"  # by the user; with weights if they were measured, and a state to go on from
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
        """Newest first. Folders that hold no readable run are left out. Raises EngineError where the folder of runs
        itself cannot be read."""
        try:
            entries = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        except OSError as error:
            raise EngineError(
                f"The runs in {self.folder} cannot be listed ({error.strerror or error}). See that you may read it."
            ) from error
        found: dict[Path, Run] = {}
        for entry in entries:
            with suppress(EngineError):
                run = load_run(_elsewhere(entry) if entry.suffix == _ELSEWHERE else entry)
                found.setdefault(run.folder.absolute(), run)
        return sorted(found.values(), key=lambda run: (run.created, run.folder.name), reverse=True)

    def stamp(self) -> object:
        """Another one than before as soon as a run was added, written or removed: cheaper than to read them all."""
        places = [place for _, place in self._pointers()]
        with suppress(OSError):
            places += self.folder.iterdir()
        found = {}
        for place in places:
            with suppress(OSError, ValueError):
                there = (place / RUN_FILE).stat()
                found[place] = (there.st_mtime_ns, there.st_size, there.st_ino)
        return found

    def keeps(self, run: Run) -> bool:
        """Whether it lies with the others, so that deleting it deletes its folder."""
        return run.folder.absolute().parent == self.folder.absolute()

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
        self.know(run)
        return run

    def know(self, run: Run) -> None:
        """List a run that is kept elsewhere, if it is not listed yet. Raises SavingError."""
        place = run.folder.absolute()
        if self.keeps(run) or any(place == other for _, other in self._pointers()):
            return
        pointer = self.folder / f"{run.created:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}{_ELSEWHERE}"
        write_beside(pointer, os.fsencode(place), "The list of runs")

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
            if not self.keeps(run):
                for pointer, place in self._pointers():
                    if place == run.folder.absolute():
                        pointer.unlink()
            elif run.folder.is_symlink():
                run.folder.unlink()
            else:
                with suppress(FileNotFoundError):  # somebody else deleted it meanwhile
                    shutil.rmtree(run.folder)
        except OSError as error:
            raise EngineError(f"The run could not be deleted ({error.strerror or error}). Try again.") from error

    def _pointers(self) -> Iterator[tuple[Path, Path]]:
        """The files that name folders of runs kept elsewhere, and those folders."""
        for pointer in sorted(self.folder.glob(f"*{_ELSEWHERE}")):
            with suppress(EngineError):
                yield pointer, _elsewhere(pointer)


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
    write_beside(run.folder / RUN_FILE, json.dumps(values, indent=1).encode(), "The run")
    return run


def update_run(run: Run, **changes: Any) -> Run:
    """Write how a run stands, for whoever trains it. Its name and note are the user's, who may have changed them
    meanwhile: those on disk count. Raises SavingError."""
    with suppress(EngineError):
        there = load_run(run.folder)
        run = replace(run, name=there.name, note=there.note)
    return save_run(replace(run, **changes))


def load_run(folder: Path) -> Run:
    """Raises EngineError where the folder holds no run, or one that is damaged."""
    path = folder / RUN_FILE
    try:
        if not path.is_file():  # a pipe would keep its reader waiting for ever
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ValueError("too large")
        values = json.loads(data)
        if values["format"] != _FORMAT:
            raise ValueError(f"format {values['format']}")
        created = datetime.fromisoformat(values["created"])
        created.astimezone()  # which the years 1 and 9999 may not survive
        return Run(
            folder=folder,
            name=_clean(str(values["name"])) or folder.name,
            created=created if created.tzinfo else created.replace(tzinfo=UTC),
            learner=str(values["learner"]),
            sources=_texts(values["sources"]),
            settings=_table(values["settings"]),
            state=RunState(values["state"]),
            step=_count(values["step"]),
            steps=_count(values["steps"]),
            seconds=_seconds(values["seconds"]),
            measure_tasks=_count(values["measure_tasks"]),
            described=str(values["described"]),
            note=str(values["note"])[:_LONGEST_NOTE],
            device=str(values["device"]),
            figures={
                str(name): {str(key): float(number) for key, number in _table(figure).items()}
                for name, figure in _table(values["figures"]).items()
            },
            sentences=_texts(values["sentences"]),
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


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("a list was expected")
    return tuple(str(text) for text in value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError("a whole number was expected")
    return value


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError("a time was expected")
    return seconds


def _clean(name: str) -> str:
    """In one line, and nothing in it that cannot be shown."""
    # What cannot be shown goes first: that can bring spaces together. White space stays until it is folded.
    shown = "".join(letter for letter in name if letter.isprintable() or letter.isspace() or letter == _JOINER)
    return " ".join(shown.split())[:_LONGEST_NAME].strip()


def _elsewhere(pointer: Path) -> Path:
    """The folder that it names. Raises EngineError."""
    try:
        if not pointer.is_file():
            raise ValueError("not a file")
        with pointer.open("rb") as file:
            place = Path(os.fsdecode(file.read(4096)))
    except (OSError, ValueError) as error:
        raise EngineError(f"{pointer} names no folder.") from error
    if not place.is_absolute():
        raise EngineError(f"{pointer} names no folder.")
    return place
