"""Which alphabets of Omniglot's background set are for training, and which for making choices.

The 20 evaluation alphabets and the official one-shot runs are the final test: nothing is tuned on them.
"""

from __future__ import annotations

from enum import StrEnum

from glyphstudio.data.drawings import DataError, Drawings

VALIDATION_ALPHABETS = ("Bengali", "Early_Aramaic", "Futurama", "Korean", "N_Ko")


class Split(StrEnum):
    """train: the 25 alphabets besides the validation ones. all: everything that the source holds."""

    TRAIN = "train"
    VALIDATION = "validation"
    ALL = "all"


def split(drawings: Drawings, part: Split) -> Drawings:
    """One part of `drawings`. Raises DataError where the source lacks the validation alphabets."""
    if part is Split.ALL:
        return drawings
    validation = drawings.only(VALIDATION_ALPHABETS)
    if part is Split.VALIDATION:
        return validation
    training = set(drawings.alphabets) - set(VALIDATION_ALPHABETS)
    if not training:
        raise DataError("The data hold the validation alphabets only. Give the folder of Omniglot's background set.")
    return drawings.only(training)
