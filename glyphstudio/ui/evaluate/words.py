"""Puts an evaluation's result into words."""

from __future__ import annotations

from pathlib import Path

from glyphstudio.engine.evaluate.reliability import Bin, Reliability
from glyphstudio.plural import counted
from glyphstudio.ui.evaluate.messages import EVERYTHING, HELD_OUT, Evaluated, Evaluation, Pair

_NOTICED = 0.02  # the least mean difference between confidence and accuracy to mention
NOTHING_MIXED_UP = "No two were mixed up: every answer was right."
FEW_MEETINGS = "Most of these met in only a few tasks. More tasks make the order more certain."
_SPACE = "\N{NO-BREAK SPACE}"
_FEW = 10  # tasks with both
_ONE_WAY = 4  # mistakes; fewer may all go one way by chance
PROBABILITY = (
    "Dots show the share of right answers with 95 % intervals, bars the number of answers that were that sure. "
    "Probabilities are among the task's glyphs and ignore that a drawing may be none of them. The error is the "
    "expected calibration error: the mean distance of the dots from the dashed line, weighted by the answers."
)

FITTED = (
    " A learner's probabilities are fitted to drawings held out from its own training. On those they look their best."
)


def headline(result: Evaluated) -> str:
    """Return a headline such as "93.6 ± 0.3 % right".

    The interval is left out if it has no meaning: if all answers are right, or none, or for a single task.
    """
    percent = 100 * result.accuracy
    if result.ci95 is None or result.accuracy in (0, 1):
        return f"{percent:.3g} % right"
    digits = 1 if result.ci95 >= 0.0005 else 2
    return f"{percent:.{digits}f} ± {100 * result.ci95:.{digits}f} % right"


def settings(asked: Evaluation) -> str:
    """Return settings such as "20-way 1-shot, 1,000 tasks, seed 1"."""
    return f"{asked.ways}-way {asked.shots}-shot, {counted(asked.tasks, 'task')}, seed {asked.seed}"


def protocol(result: Evaluated) -> str:
    """Return which learner was measured, on what, and how."""
    asked = result.evaluation
    steps = "" if result.steps is None else f", adapted by {counted(result.steps, 'inner step')},"
    said = [f"{result.title}{steps} on {_source(asked)}: {_part(asked)}."]
    if asked.within:
        said.append("The ways of a task are from one alphabet, its shots by one drawer and its queries by others.")
    else:
        said.append("Glyphs and drawings are picked freely.")
    said.append("Every query is judged by itself.")
    if result.ci95 is None:
        said.append("A single task says nothing about the spread, so there is no interval.")
    elif result.accuracy in (0, 1):
        answers = result.reliability.answers + result.reliability.lost
        said.append(f"All {answers:,} answers were {'right' if result.accuracy else 'wrong'}.")
    else:
        said.append("± is half the width of the 95 % interval over tasks.")
    said.append(f"Guessing would be right in {100 / asked.ways:.3g}{_SPACE}%.")
    return " ".join(said)


def _source(asked: Evaluation) -> str:
    kind, _, number = asked.source.partition(":")
    if asked.of_library:
        return f"the library {Path(asked.source).name}"
    if kind == "synthetic":
        return f"{number} invented alphabets"
    name = Path(asked.source).name
    return "Omniglot" if name.lower() == "omniglot" else f"Omniglot ({name})"


def _part(asked: Evaluation) -> str:
    if asked.part == EVERYTHING:
        return "everything in it"
    if asked.part != HELD_OUT:
        return "the part available for training, so a learner that was trained on it has seen these glyphs"
    if asked.of_library or asked.source.startswith("synthetic"):
        return "the part held out from training on it"
    return "the five alphabets held out from training"


def adapting(result: Evaluated) -> str:
    """Return what the inner loop adds, or "" if there is none."""
    found = result.gain
    if found is None:
        return ""
    first = found.figure.tasks
    where = f" (In the first {first:,} tasks.)" if first < result.evaluation.tasks else ""
    return found.sentence(result.title) + where


def mixed_up(pair: Pair) -> str:
    """Return how often the pair was mixed up, and in which direction."""
    counts = pair.counts
    said = f"mixed up in {counts.mixed:,} of {counted(counts.together, 'task')} that had both"
    if counts.first_as_second + counts.second_as_first < _ONE_WAY:
        return said
    if not counts.second_as_first:
        return f"{said}, always the first taken for the second"
    if not counts.first_as_second:
        return f"{said}, always the second taken for the first"
    return said


def met_seldom(pairs: tuple[Pair, ...]) -> bool:
    """Return whether most of the pairs shown met in too few tasks to say much."""
    return sum(pair.counts.together < _FEW for pair in pairs) > len(pairs) / 2


def trust(seen: Reliability) -> str:
    """Return whether the probabilities can be trusted, with an example and the error."""
    lost = f" {seen.lost:,} answers have no probability: the inner loop diverged." if seen.lost else ""
    one = seen.spoken_of
    if one is None:
        return f"There are too few answers to say whether its probabilities can be trusted. Use more tasks.{lost}"
    instance = f"when it says {100 * one.confidence:.0f}{_SPACE}%, it is right in {_around(one)}"
    error = f"The calibration error is {100 * seen.error:.1f} points."
    gap = seen.confidence - seen.right
    if seen.trusted:
        verdict = f"Its probabilities can be trusted: {instance}."
    elif gap > _NOTICED:
        verdict = f"It is too sure of itself: {instance}."
    elif gap < -_NOTICED:
        verdict = f"It is right more often than it says: {instance}."
    else:
        verdict = f"Its probabilities are right on average, but not one by one: {instance}."
    return f"{verdict} {error}{lost}"


def time_left(seconds: float) -> str:
    """Return the time left in words, or "" while it is not known (a negative number)."""
    if seconds < 0:
        return ""
    if seconds < 90:
        return f", about {max(1, round(seconds))} s left"
    return f", about {round(seconds / 60)} min left"


def _around(one: Bin) -> str:
    """Return the share of right answers, with spaces that keep it on one line."""
    if one.right == 1:
        return f"more than {100 * one.right_low:.3g}{_SPACE}%"
    half = max(one.right_high - one.right, one.right - one.right_low)
    digits = 0 if half >= 0.005 else 1
    return f"{100 * one.right:.{digits}f}{_SPACE}±{_SPACE}{100 * half:.{digits}f}{_SPACE}%"
