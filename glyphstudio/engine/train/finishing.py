"""Ends a training: takes its best weights, calibrates them, measures them on held-out glyphs, and writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskStream
from glyphstudio.engine.evaluate.calibrating import fit
from glyphstudio.engine.evaluate.evaluation import Figure, OnProgress, measure
from glyphstudio.engine.evaluate.memorising import Diagnosis
from glyphstudio.engine.evaluate.open_set import OpenSet, assess, open_tasks
from glyphstudio.engine.evaluate.protocols import calibration_ways, protocols, validation_stream
from glyphstudio.engine.train.training import Training, diagnosis_of
from glyphstudio.engine.weights.file import save_weights

OnStage = Callable[[str, int, int], None]  # the stage, tasks done, tasks in total


@dataclass(frozen=True)
class Finished:
    """figures: by the protocol's name. path: of the weights."""

    figures: dict[str, Figure]
    open_set: OpenSet
    diagnosis: Diagnosis
    path: Path


def try_measuring(training: Training, held_out: Drawings) -> None:
    """Check now, not after the last step, that the held-out data is sufficient. Raises DataError."""
    validation_stream(held_out, seed=0).batch(0)
    device = training.device
    open_tasks(training.learner.cpu(), held_out, ways=calibration_ways(held_out), shots=1, tasks=2, seed=0)
    training.learner.to(device)


def finish(  # noqa: PLR0917
    training: Training,
    stream: TaskStream,
    held_out: Drawings,
    path: Path,
    tasks: int,
    about: dict[str, Any],
    on_stage: OnStage | None = None,
) -> Finished:
    """Take the best weights, fit temperature and threshold, measure (`tasks` tasks a figure), and write the weights.

    about: further entries for their header. on_stage may raise to end it: nothing is written then.
    """

    def stage(what: str) -> OnProgress | None:
        return None if on_stage is None else lambda done, total: on_stage(what, done, total)

    config = training.config
    training.take_best()
    learner, seed = training.learner.cpu(), config.seed
    known, fewer = calibration_ways(held_out), max(tasks * 3 // 10, 1)
    calibration = fit(learner, held_out, seed=seed + 100, questions=min(8 * fewer, 2400), on_progress=stage("Fitting"))
    open_set = assess(
        learner,
        calibration,
        held_out,
        ways=known,
        shots=1,
        tasks=fewer,
        seed=seed + 200,
        on_progress=stage("Known or unknown"),
    )
    figures = {
        name: measure(learner, stream, tasks, stage(name)) for name, stream in protocols(held_out, seed + 300).items()
    }
    diagnosis = diagnosis_of(training, stream, held_out, stage("Signs of memorising"))
    about = about | {
        "config": asdict(config),
        "seed": config.seed,
        "validation": {
            **{
                name: {"error": round(figure.error, 4), "ci95": round(figure.ci95, 4), "tasks": figure.tasks}
                for name, figure in figures.items()
            },
            "known or unknown": open_set.as_dict(),
        },
        "memorising": diagnosis.as_dict(),
    }
    if training.best is not None:
        about["best step"] = training.best.step
    save_weights(path, learner, calibration, about)
    return Finished(figures, open_set, diagnosis, path)
