"""Puts a run's measures into words: what goes wrong, and what to try. Silent if all is well.

Every finding rests on a difference larger than chance: on the intervals of validations, or on what nearly all of many
steps agree about. Imports no torch, like the log that it reads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from glyphstudio.engine.runs.log import Curves, Numbers

_FEW_STEPS = 30  # fewer are not enough for a finding
_PARTS = 12  # of a curve, which are compared
_SELDOM = 0.9  # share of pairs of steps, one from each part, that must be in the same order
_WELL_ABOVE = 0.25  # nats: a loss that diverges is at least this far above its best
_LEAP = 2.0  # times the loss at the start of the run
_FALL = 0.05  # a run that learns has lost at least this share of its first loss halfway through
_LOW = 0.1  # nats: nothing is left to learn
_SAME = 1e-4  # of a loss: closer than this, the learner answers all tasks in the same way
_HIGH = 0.02  # a learning rate that is unlikely to be too low
_GAP = 0.1  # of accuracy, beyond its interval, between training and held-out classes
_FEW_GLYPHS = 150  # like Omniglot's small background sets, which cost a ProtoNet half its one-shot accuracy
_VARIANTS = 8  # as in data.jitter


@dataclass(frozen=True, eq=False)
class _Part:
    """The loss over some consecutive steps. A loss that diverges jumps about, so its mean and standard error say
    little. Medians, and the order of single steps, are compared instead."""

    loss: Numbers

    @property
    def typical(self) -> float:
        return float(np.median(self.loss))

    def above(self, other: _Part) -> bool:
        """Whether nearly all pairs of steps have a higher loss here than in `other`."""
        return float((self.loss[:, None] > other.loss).mean()) > _SELDOM


def symptoms(
    curves: Curves, settings: Mapping[str, Any], *, gradient_based: bool, classes: int | None = None
) -> tuple[str, ...]:
    """Return messages that say what is wrong and what to try; none if a run goes well, or has only just started.

    settings: the fields of `TrainConfig`, plain, as in `Run.settings`. gradient_based: whether the learner has an inner
    loop. classes: of the source, including turned and mirrored ones (`TaskStream.classes`); None to use the number in
    the log's diagnosis.
    """
    said = [_divergence(curves, settings)]
    if said == [""]:
        said.append(_no_learning(curves, settings, gradient_based))
    said += _of_diagnosis(curves.diagnosis)
    said.append(_overfitting(curves, settings))
    said.append(_too_small(curves.diagnosis, settings, classes))
    return tuple(sentence for sentence in said if sentence)


def _parts(loss: Numbers) -> list[_Part]:
    """Split the curve into parts of equal length, at least ten steps each."""
    return [_Part(part) for part in np.array_split(loss, max(1, min(_PARTS, len(loss) // 10)))]


def _divergence(curves: Curves, settings: Mapping[str, Any]) -> str:
    loss, rate = curves.loss, _number(settings, "rate")
    lower = "a lower learning rate" + (f" than {rate:g}, such as {rate / 4:.2g}" if rate else "")
    broken = np.flatnonzero(~np.isfinite(loss))
    if len(broken):
        return f"The loss stopped being a number at step {curves.step[broken[0]]:,.0f}: train again with {lower}."
    if len(loss) < _FEW_STEPS:
        return ""
    parts = _parts(loss)
    first, last = parts[0], parts[-1]
    best = min(parts, key=_typical)
    rise = max(_WELL_ABOVE, 0.5 * best.typical, 0.5 * (first.typical - best.typical))
    if last.typical - best.typical > rise and last.above(best):
        return (
            f"The loss is rising, from about {best.typical:.2f} at its best to {last.typical:.2f}, so the learning "
            f"rate is too high: train again with {lower}."
        )
    # After a leap of the loss, a learner can keep answering by chance.
    leaps = [part.typical for part in parts if part.typical > _LEAP * first.typical and part.above(first)]
    if leaps and not _fallen(first, last):
        return (
            f"The loss leapt from about {first.typical:.2f} to {max(leaps):.2f}, and the learner has not recovered, "
            f"so the learning rate is too high: train again with {lower}."
        )
    return ""


def _typical(part: _Part) -> float:
    return part.typical


def _fallen(first: _Part, last: _Part) -> bool:
    return first.typical - last.typical > _FALL * first.typical


def _no_learning(curves: Curves, settings: Mapping[str, Any], gradient_based: bool) -> str:
    """Judge from halfway through the steps. A run that started from weights is not judged: it may have nothing to
    gain."""
    if len(curves.loss) < 2 * _FEW_STEPS or settings.get("start"):
        return ""
    if curves.step[-1] < _number(settings, "steps") / 2:
        return ""
    parts = _parts(curves.loss)
    start = _Part(curves.loss[:10])
    at_once = _fallen(start, parts[-1]) and start.above(parts[-1])  # then the first part is already low
    if at_once or _fallen(parts[0], parts[-1]) or parts[-1].typical < _LOW:
        return ""
    if len(curves.at) > 1 and _better(curves, len(curves.at) - 1, 0):
        return ""
    rate, first, last = _number(settings, "rate"), parts[0].typical, parts[-1].typical
    inner = ["another rate or number of steps of the inner loop"] if gradient_based else []
    if np.ptp(parts[-1].loss) < _SAME * abs(last):
        # Tasks differ, so a learner that answers at all has losses that differ.
        tries = _either(["a lower learning rate", *inner])
        return f"It answers every task in the same way: the loss is {last:.2f} at each of the last steps. Try {tries}."
    higher = f"a higher learning rate, such as {4 * rate:.2g}" if 0 < rate <= _HIGH else "another learning rate"
    tries = _either([higher, "more steps", *inner])
    return (
        f"It has learned next to nothing: the loss was about {first:.2f} at the start and is {last:.2f} after "
        f"{curves.step[-1]:,.0f} steps. Try {tries}."
    )


def _either(ways: list[str]) -> str:
    """Join as "a", "a or b", or "a, b or c"."""
    return " or ".join([", ".join(ways[:-1]), ways[-1]] if len(ways) > 1 else ways)


def _overfitting(curves: Curves, settings: Mapping[str, Any]) -> str:
    """Training still improves, but the last two validations are worse than the best, each beyond its interval."""
    count = len(curves.at)
    if count < 3 or len(curves.loss) < _FEW_STEPS or not np.isfinite(curves.validation).all():
        return ""
    best = int(np.argmax(curves.validation))
    if best > count - 3 or not (_better(curves, best, count - 1) and _better(curves, best, count - 2)):
        return ""
    size = max(10, len(curves.loss) // _PARTS)
    end = max(size, int(np.searchsorted(curves.step, curves.at[best], side="right")))
    then, now = float(np.median(curves.loss[end - size : end])), float(np.median(curves.loss[-size:]))
    if not now < then:
        return ""
    help_ = ["more glyphs to train on"]
    if settings.get("variants") is False:
        help_.append("turned and mirrored ones as separate glyphs")
    if "jitter" in settings and settings["jitter"] is None:
        help_.append("jitter")
    return (
        f"It overfits: since step {curves.at[best]:,.0f} the training loss fell further, from {then:.2g} to "
        f"{now:.2g}, but accuracy on held-out glyphs fell from {curves.validation[best]:.1%} to "
        f"{curves.validation[-1]:.1%}. Try fewer steps, {', '.join(help_)} or a stronger weight decay."
    )


def _better(curves: Curves, one: int, other: int) -> bool:
    """Whether validation `one` is better than `other` by more than their interval."""
    interval = math.hypot(curves.ci95[one], curves.ci95[other])
    return bool(curves.validation[one] - curves.validation[other] > interval)


def _of_diagnosis(diagnosis: Mapping[str, Any] | None) -> list[str]:
    """Return the sentences about memorising and similar tasks: `Diagnosis.sentences`, as the trainer found them."""
    found = (diagnosis or {}).get("sentences")
    return [one for one in found if isinstance(one, str)] if isinstance(found, list | tuple) else []


def _too_small(diagnosis: Mapping[str, Any] | None, settings: Mapping[str, Any], classes: int | None) -> str:
    """There are few glyphs, and accuracy on them does not carry over to other glyphs."""
    if diagnosis is None:
        return ""
    gap, interval = _number(diagnosis, "gap", "accuracy"), _number(diagnosis, "gap", "ci95")
    counted = _number(diagnosis, "diversity", "classes") if classes is None else classes
    glyphs = int(counted) // (_VARIANTS if settings.get("variants") else 1)
    if not 0 < glyphs < _FEW_GLYPHS or gap - interval <= _GAP:
        return ""
    trained, held_out = (_number(diagnosis, part, "after", "accuracy") for part in ("training", "held_out"))
    return (
        f"There is too little to learn from. With {glyphs} glyphs to train on, it is right on {trained:.0%} of "
        f"drawings of those and on {held_out:.0%} of drawings of other glyphs. Enrol more glyphs, or mix Omniglot or "
        "invented glyphs into the source."
    )


def _number(table: Mapping[str, Any], *keys: str) -> float:
    """Return the number under these nested keys; 0 if it is missing or not a finite number."""
    value: Any = table
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else 0.0
