"""Runs: one meta-training each, with its settings, log, state and result, in its own folder.

`run.json` has the run's settings and status, `log.jsonl` (log.py) its history, `state.safetensors` what it needs to
resume, and `weights.safetensors` its result. Runs are together in one folder. If `glyphstudio train` keeps a run
elsewhere, a file in that folder names its place. Imports no torch, so that listing runs does not wait for it.
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
from glyphstudio.files import own_part

RUN_FILE, STATE_FILE, WEIGHTS_FILE, LOG_FILE = "run.json", "state.safetensors", "weights.safetensors", "log.jsonl"
_ELSEWHERE = ".elsewhere"  # a file that names the folder of a run kept in another place
_FORMAT = 1
_MAX_BYTES = 1 << 20
_LONGEST_NAME, _LONGEST_NOTE = 200, 4000
_MOST = 1 << 53
_JOINER = "\u200d"  # joins parts of one emoji


class RunState(StrEnum):
    """The status of a run. A run that is RUNNING without a lock was interrupted, and can be resumed."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"  # by the user; with weights if it was measured, and a state to resume from
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Run:
    """folder: its place. sources: names as `sources.load_source` takes them. settings: every field of `TrainConfig`,
    plain. described: a line about the source's data. measure_tasks: tasks of each figure at the end. seconds: of
    computing so far. figures: accuracy 0..1, ci95 and tasks by the protocol's name, at the end. sentences: of the
    diagnosis. problem: why it failed.
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
        """The path of its result, which may not exist yet."""
        return self.folder / WEIGHTS_FILE

    @property
    def log(self) -> Path:
        return self.folder / LOG_FILE

    @property
    def resumable(self) -> bool:
        """Whether there is a state to resume from, and something left to do."""
        return self.state is not RunState.DONE and (self.folder / STATE_FILE).is_file()


class Runs:
    """The runs in a folder; by default the user's own. Every call reads or writes the disk. The files are small, but
    for hundreds of runs, do not call it in the window's thread."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_data_path("GlyphStudio", appauthor=False) / "runs"

    def all(self) -> list[Run]:
        """Return the runs, newest first. Leave out folders without a readable run. Raises EngineError if the folder of
        runs itself cannot be read."""
        try:
            entries = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        except OSError as error:
            raise EngineError(
                f"The runs in {self.folder} cannot be listed ({error.strerror or error}). "
                "Make the folder readable, then try again."
            ) from error
        found: dict[Path, Run] = {}
        for entry in entries:
            with suppress(EngineError):
                run = load_run(_elsewhere(entry) if entry.suffix == _ELSEWHERE else entry)
                found.setdefault(run.folder.absolute(), run)
        return sorted(found.values(), key=lambda run: (run.created, run.folder.name), reverse=True)

    def stamp(self) -> object:
        """Return a value that changes when a run is added, written or removed. That is cheaper than reading all."""
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
        """Whether the run is in this folder, so that deleting it deletes its own folder."""
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
        """Write a new, waiting run to disk. folder: a place other than this folder, which then lists the run. Raises
        SavingError."""
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
        """List a run that is kept elsewhere, unless it is already listed. Raises SavingError."""
        place = run.folder.absolute()
        if self.keeps(run) or any(place == other for _, other in self._pointers()):
            return
        pointer = self.folder / f"{run.created:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}{_ELSEWHERE}"
        write_beside(pointer, os.fsencode(place), "The list of runs")

    def rename(self, run: Run, name: str) -> Run:
        """Raises SavingError, and EngineError for an empty name."""
        if not _clean(name):
            raise EngineError("A run needs a name. Type one, or press Escape to keep the old one.")
        return save_run(replace(load_run(run.folder), name=_clean(name)))

    def annotate(self, run: Run, note: str) -> Run:
        """Set the user's note. Raises SavingError."""
        return save_run(replace(load_run(run.folder), note=note[:_LONGEST_NOTE]))

    def delete(self, run: Run) -> None:
        """Delete the run's folder with everything in it. A run kept elsewhere is only removed from the list, because
        its folder may contain other files of the user's. Raises EngineError."""
        try:
            if not self.keeps(run):
                for pointer, place in self._pointers():
                    if place == run.folder.absolute():
                        pointer.unlink()
            elif run.folder.is_symlink():
                run.folder.unlink()
            else:
                with suppress(FileNotFoundError):  # another process deleted it meanwhile
                    shutil.rmtree(run.folder)
        except OSError as error:
            raise EngineError(f"The run could not be deleted ({error.strerror or error}). Try again.") from error

    def _pointers(self) -> Iterator[tuple[Path, Path]]:
        """Yield the files that name folders of runs kept elsewhere, with those folders."""
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
    file = run.folder / RUN_FILE  # a training and the window may write it at the same time
    write_beside(file, json.dumps(values, indent=1).encode(), "The run", own_part(file))
    return run


def update_run(run: Run, **changes: Any) -> Run:
    """Write a run's status during its training. The user may have changed name and note meanwhile, so those on disk are
    kept. Raises SavingError."""
    with suppress(EngineError):
        there = load_run(run.folder)
        run = replace(run, name=there.name, note=there.note)
    return save_run(replace(run, **changes))


def load_run(folder: Path) -> Run:
    """Raises EngineError if the folder has no run, or a damaged one."""
    path = folder / RUN_FILE
    try:
        if not path.is_file():  # reading a pipe could wait for ever
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ValueError("too large")
        values = json.loads(data)
        if values["format"] != _FORMAT:
            raise ValueError(f"format {values['format']}")
        created = datetime.fromisoformat(values["created"])
        created.astimezone()  # raises for some times in the years 1 and 9999
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
    """Return the name in one line, with printable characters only."""
    # Remove unprintable characters first, because that can join spaces. Keep white space until it is folded.
    shown = "".join(letter for letter in name if letter.isprintable() or letter.isspace() or letter == _JOINER)
    return " ".join(shown.split())[:_LONGEST_NAME].strip()


def _elsewhere(pointer: Path) -> Path:
    """Return the folder that `pointer` names. Raises EngineError."""
    try:
        if not pointer.is_file():
            raise ValueError("not a file")
        with pointer.open("rb") as file:
            place = Path(os.fsdecode(file.read(4096)))
    except (OSError, ValueError) as error:
        raise EngineError(f"{pointer} does not name a folder.") from error
    if not place.is_absolute():
        raise EngineError(f"{pointer} does not name a folder.")
    return place
