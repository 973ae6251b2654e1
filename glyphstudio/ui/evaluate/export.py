"""Saves an evaluation's result as files: all figures and settings, the confused pairs, the reliability diagram."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from glyphstudio import __version__
from glyphstudio.engine.errors import SavingError
from glyphstudio.engine.saving import write_beside
from glyphstudio.ui.evaluate.messages import Evaluated

FIGURES, PAIRS, DIAGRAM = "figures.json", "confusions.csv", "reliability.png"
_COLUMNS = (
    "first",
    "second",
    "mixed_up_in_tasks",
    "tasks_with_both",
    "rate",
    "rate_low_95",
    "rate_high_95",
    "first_taken_for_second",
    "second_taken_for_first",
)


def save(folder: Path, result: Evaluated, diagram: bytes) -> Path:
    """Write the files into a new folder inside `folder`, and return the new folder. diagram: a PNG.

    Raises SavingError, whose sentence says what could not be written, and where."""
    place = _new_folder(folder, result)
    write_beside(place / FIGURES, as_json(result), "The figures")
    write_beside(place / PAIRS, as_csv(result), "The pairs that are mixed up")
    write_beside(place / DIAGRAM, diagram, "The diagram")
    return place


def as_json(result: Evaluated) -> bytes:
    """Return figures and settings under the names of `glyphstudio evaluate --json`, and the results beyond those."""
    asked, seen = result.evaluation, result.reliability
    everything: dict[str, Any] = {
        "learner": result.learner,
        "protocol": f"{'within' if asked.within else 'cross'}-alphabet, {asked.part}",
        "source": asked.source,
        "ways": asked.ways,
        "shots": asked.shots,
        "queries": asked.queries,
        "inner_steps": result.steps,
        "tasks": asked.tasks,
        "accuracy": round(result.accuracy, 6),
        "ci95": None if result.ci95 is None else round(result.ci95, 6),
        "error": round(1 - result.accuracy, 6),
        **({} if result.gain is None else result.gain.as_dict()),
        "seed": asked.seed,
        "transductive": False,
        "weights": str(asked.weights),
        "weights_sha256": result.sha256,
        "seconds": round(result.seconds, 2),
        "glyphstudio": __version__,
        "confusions": [
            asdict(pair.counts) | {"first": pair.first, "second": pair.second, "rate": round(pair.counts.rate, 6)}
            for pair in result.pairs
        ],
        "reliability": {
            "expected_calibration_error": round(seen.error, 6),
            "mean_confidence": round(seen.confidence, 6),
            "share_right": round(seen.right, 6),
            "answers": seen.answers,
            "answers_without_probability": seen.lost,
            "bins": [
                {name: value if name == "answers" else round(value, 6) for name, value in asdict(one).items()}
                for one in seen.bins
            ],
        },
    }
    return (json.dumps(everything, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode(errors="replace")


def as_csv(result: Evaluated) -> bytes:
    """Return one line per pair, in the order shown. It starts with a byte order mark, which spreadsheets need."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for pair in result.pairs:
        counts, (low, high) = pair.counts, pair.counts.interval
        shares = (f"{share:.6f}" for share in (counts.rate, low, high))
        forth, back = counts.first_as_second, counts.second_as_first
        writer.writerow([pair.first, pair.second, counts.mixed, counts.together, *shares, forth, back])
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _new_folder(folder: Path, result: Evaluated) -> Path:
    """Make a new folder and return it. Raises SavingError."""
    asked = result.evaluation
    name = f"evaluation {datetime.now():%Y-%m-%d %H.%M} {result.learner} {asked.ways}-way {asked.shots}-shot"
    for number in range(1, 1000):
        place = folder / (name if number == 1 else f"{name} ({number})")
        try:
            place.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise SavingError(
                f"The evaluation could not be saved in {folder} ({error.strerror or error}). Choose another folder."
            ) from error
        return place
    raise SavingError(f"{folder} already has 999 evaluations from this minute. Choose another folder.")
