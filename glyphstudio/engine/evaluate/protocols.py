"""Chooses the tasks that measure a learner, from drawings of glyphs that it was not trained on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.tasks import TaskShape, TaskStream


def validation_stream(held_out: Drawings, seed: int) -> TaskStream:
    """Return the tasks that choices are based on: 20-way one-shot inside an alphabet, with queries by another drawer
    than the supports.

    If no alphabet has 20 characters, use as many ways as the largest has. If no alphabet has two, take the ways from
    all alphabets. If the characters of an alphabet do not have two drawers in common, take drawings by any drawers.
    """
    inside = int(held_out.usable().max(initial=0))
    if inside < 2:
        return TaskStream(held_out, TaskShape(max(2, min(20, int(held_out.usable().sum()))), 1, 1), seed=seed)
    shape = TaskShape(min(20, inside), 1, 1)
    stream = TaskStream(held_out, shape, seed=seed, within=1.0, one_drawer=True)
    return stream if stream.drawers_suffice else replace(stream, one_drawer=False)


def protocols(held_out: Drawings, seed: int) -> dict[str, TaskStream]:
    """Return the tasks to measure at the end of a training, by name. Leave out tasks that need more drawings."""
    inside = validation_stream(held_out, seed=seed)
    streams = {f"{inside.shape.ways}-way 1-shot within alphabet": inside} if inside.within else {}
    if not streams and inside.shape.ways < 5:
        streams[f"{inside.shape.ways}-way 1-shot"] = inside
    for ways, shots in ((5, 1), (5, 5), (20, 1)):
        with suppress(DataError):
            streams[f"{ways}-way {shots}-shot"] = TaskStream(held_out, TaskShape(ways, shots), seed=seed)
    return streams


def calibration_ways(held_out: Drawings) -> int:
    """20 known and 20 unknown glyphs at a time, or fewer if the two largest alphabets have less than 40 in total."""
    return int(min(20, max(1, np.sort(held_out.usable())[-2:].sum() // 2)))
