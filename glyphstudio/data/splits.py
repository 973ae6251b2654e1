"""Splits: which alphabets of Omniglot's background set are for training, and which for making choices.

The 20 evaluation alphabets and the official one-shot runs are the final test, so nothing is tuned on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from glyphstudio.data.drawings import DataError, Drawings

VALIDATION_ALPHABETS = ("Bengali", "Early_Aramaic", "Futurama", "Korean", "N_Ko")


class Split(StrEnum):
    """train: the 25 alphabets besides the validation ones. all: everything in the source."""

    TRAIN = "train"
    VALIDATION = "validation"
    ALL = "all"


def split(drawings: Drawings, part: Split) -> Drawings:
    """Return one part of `drawings`. Raises DataError if the source lacks the validation alphabets."""
    if part is Split.ALL:
        return drawings
    validation = drawings.only(VALIDATION_ALPHABETS)
    if part is Split.VALIDATION:
        return validation
    training = set(drawings.alphabets) - set(VALIDATION_ALPHABETS)
    if not training:
        raise DataError("The data has only the validation alphabets. Give the folder of Omniglot's background set.")
    return drawings.only(training)


def held_out_alphabets(drawings: Drawings) -> tuple[Drawings, Drawings]:
    """Return (training, held out); the last tenth of the alphabets, at least one, is held out. Raises DataError for a
    single alphabet."""
    names = drawings.alphabets
    if len(names) < 2:
        raise DataError("A source with one alphabet leaves none to measure on. Ask for more alphabets.")
    few = max(len(names) // 10, 1)
    return drawings.only(names[:-few]), drawings.only(names[-few:])


def held_out_characters(
    drawings: Drawings, what: str = "a library", add: str = "Enrol", order: Sequence[str] | None = None
) -> tuple[Drawings, Drawings]:
    """Return (training, held out); every fifth character with two drawings or more is held out, at least two.

    Raises DataError if that leaves fewer than two of them to train on. what, add: the source of the drawings and the
    verb for adding to it, for its message. order: the characters' names in the order to count in, by default sorted.
    """
    counts = np.bincount(drawings.character, minlength=len(drawings.characters))
    places = {name: index for index, name in enumerate(drawings.characters)}
    ordered = np.array([places[name] for name in order or drawings.characters])
    usable = ordered[counts[ordered] >= 2]
    if len(usable) < 4:
        raise DataError(
            f"Learning from {what} needs 4 glyphs with 2 drawings or more: 2 to train on and 2 to measure on. "
            f"In this one, {len(usable)} of {len(counts)} have them. {add} more drawings, or train on other data."
        )
    out = set(usable[::5].tolist()) if len(usable) >= 10 else {int(usable[0]), int(usable[-1])}
    chosen = np.isin(drawings.character, list(out))
    return drawings.at(np.flatnonzero(~chosen)), drawings.at(np.flatnonzero(chosen))


def held_out_of_own(drawings: Drawings) -> tuple[Drawings, Drawings, bool]:
    """Return (training, held out, whether whole alphabets are held out) of data that is not Omniglot's background set.

    Validation alphabets in the data, as in Omniglot's small sets, are held out, because the shipped weights were never
    trained on them. If there are none, the last tenth of the alphabets is held out. That is at least one, and as many
    more as are needed for two glyphs with two drawings. If too few glyphs are left, or if that is more than half of
    them, every fifth glyph is held out instead. Raises DataError.
    """
    names = drawings.alphabets
    known = [name for name in names if name in VALIDATION_ALPHABETS]
    tails = [list(names[-few:]) for few in range(max(len(names) // 10, 1), len(names))]
    usable = dict(zip(names, drawings.usable().tolist(), strict=True))
    total = sum(usable.values())
    for number, out in enumerate([known, *tails]):
        there = sum(usable[name] for name in out)
        if number and 2 * there > total:  # more than half to measure on is too much
            break
        if max((usable[name] for name in out), default=0) >= 2 and total - there >= 2:
            return drawings.only(set(names) - set(out)), drawings.only(out), True
    return *held_out_characters(drawings, "a folder", "Add"), False
