"""Relatives of real glyphs: the same glyph with one stroke gone, moved, mirrored, turned, stretched, swapped or added.

A relative is a new glyph that looks much like its parent, as glyphs of one alphabet do, and it varies as real people's
drawings do, because each of its drawings is an edited drawing of the parent by one drawer. So an encoder sees many more
glyphs that differ in a single stroke. An edit needs to know which stroke of one drawing is which of another:
`same_strokes` matches them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.rewriting.handwriting import length, longer_side, resampled
from glyphstudio.data.rewriting.strokes import Points, Strokes, Written

Matched = dict[int, Strokes]  # one character's drawings by drawer, whose strokes have the same order and direction
Edit = Callable[[Strokes, int], Strokes]  # the strokes of one drawing and its drawer -> those of the relative

_FEWEST = 8  # drawings with the same strokes
_MOST_STROKES = 5  # for matching, which tries every order
_FAR = 0.25  # share of the side: strokes further apart than this are not the same
_REFERENCES = 4  # drawings tried as the one that the others are matched to
_TRIES = 30
_STRETCHES = ((0.45, 1.0), (1.0, 0.45), (1.9, 1.0), (1.0, 1.9))
_STRAIGHT = 0.9  # of a stroke's length, the share that its ends are apart
_ALIKE = 0.06  # share of the side: an edit that moves its stroke by less makes no new glyph


def same_strokes(written: Written) -> dict[str, Matched]:
    """Return, for each character that enough drawers wrote with the same strokes, those drawings."""
    of_character: dict[str, dict[int, Strokes]] = {}
    for (name, drawer), strokes in written.items():
        of_character.setdefault(name, {})[drawer] = strokes
    found = {}
    for name, drawings in of_character.items():
        counts = np.bincount([len(strokes) for strokes in drawings.values()])
        count = int(counts.argmax())
        if counts[count] < _FEWEST or count > _MOST_STROKES:
            continue
        same = {drawer: strokes for drawer, strokes in drawings.items() if len(strokes) == count}
        best: Matched = {}
        for reference in list(same.values())[:_REFERENCES]:
            matched = {
                drawer: order for drawer, one in same.items() if (order := _in_order(one, reference)) is not None
            }
            best = max(best, matched, key=len)
        if len(best) >= _FEWEST:
            found[name] = best
    return found


def _in_order(strokes: Strokes, reference: Strokes) -> Strokes | None:
    """Return strokes in the order and direction of `reference`; None if one of them is elsewhere."""
    wanted, given = ([resampled(stroke, 8) for stroke in _unit(one)] for one in (reference, strokes))
    forward = np.array([[_apart(a, b) for b in given] for a in wanted])
    backward = np.array([[_apart(a, b[::-1]) for b in given] for a in wanted])
    nearest, rows = np.minimum(forward, backward), np.arange(len(wanted))
    order = min((list(one) for one in permutations(range(len(given)))), key=lambda one: nearest[rows, one].sum())
    if nearest[rows, order].max() > _FAR:
        return None
    return tuple(
        strokes[at] if forward[row, at] <= backward[row, at] else strokes[at][::-1] for row, at in enumerate(order)
    )


def _unit(strokes: Strokes) -> Strokes:
    every = np.concatenate(strokes)
    return tuple((stroke - (every.min(0) + every.max(0)) / 2) / longer_side(strokes) for stroke in strokes)


def _apart(a: Points, b: Points) -> float:
    return float(np.linalg.norm(a - b, axis=1).mean())


def relative(
    name: str, matched: Mapping[str, Matched], alphabet: Sequence[str], rng: np.random.Generator
) -> Edit | None:
    """Return a random edit that makes a new glyph from the character `name`; None if none was found.

    alphabet: names of matched characters that may lend a stroke.
    """
    parent = _unit(next(iter(matched[name].values())))
    many = len(parent) > 1
    kinds = ["add", "mirror", *(["remove", "remove", "move", "stretch", "turn", "swap"] if many else [])]
    for _ in range(_TRIES):
        kind, which = str(rng.choice(kinds)), int(rng.integers(len(parent)))
        if kind == "remove":
            rest = [stroke for index, stroke in enumerate(parent) if index != which]
            if len(rest) > 1 or not _is_straight(rest[0]):
                return _remove(which)
        elif kind == "move":
            angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.5)
            return _move(which, np.array([np.cos(angle), np.sin(angle)]) * distance)
        elif kind in ("mirror", "turn", "stretch"):
            matrix = _matrix(kind, rng)
            if _changes(parent[which], matrix):
                return _transform(which, matrix)
        else:
            lender = str(rng.choice(list(alphabet)))
            lent = int(rng.integers(len(next(iter(matched[lender].values())))))
            if lender != name and (kind == "add" or _differs(parent[which], matched[lender], lent)):
                place = rng.uniform(-0.4, 0.4, 2)
                return _borrow(matched[lender], lent, which if kind == "swap" else None, place, rng.uniform(0.3, 0.9))
    return None


def _is_straight(stroke: Points) -> bool:
    return float(np.linalg.norm(stroke[-1] - stroke[0])) >= _STRAIGHT * length(stroke)


def _matrix(kind: str, rng: np.random.Generator) -> NDArray[np.float64]:
    if kind == "turn":
        return np.array([[0.0, -1.0], [1.0, 0.0]])
    if kind == "mirror":
        return np.diag([-1.0, 1.0] if rng.random() < 0.5 else [1.0, -1.0])
    return np.diag(_STRETCHES[int(rng.integers(len(_STRETCHES)))])


def _changes(stroke: Points, matrix: NDArray[np.float64]) -> bool:
    """Whether a stroke lies elsewhere after the transform: the mirror image of a circle does not."""
    before = resampled(stroke, 12)
    after = _around_middle(before, matrix)
    gaps = np.linalg.norm(before[:, None] - after[None], axis=2)
    return float(gaps.min(0).mean() + gaps.min(1).mean()) / 2 >= _ALIKE


def _differs(stroke: Points, lender: Matched, lent: int) -> bool:
    a, b = (resampled(one - one.mean(0), 12) for one in (stroke, _unit(next(iter(lender.values())))[lent]))
    return min(_apart(a, b), _apart(a, b[::-1])) >= 2 * _ALIKE


def _middle(stroke: Points) -> Points:
    middle: Points = (stroke.min(0) + stroke.max(0)) / 2
    return middle


def _around_middle(stroke: Points, matrix: NDArray[np.float64]) -> Points:
    moved: Points = (stroke - _middle(stroke)) @ matrix.T + _middle(stroke)
    return moved


def _remove(which: int) -> Edit:
    return lambda strokes, _drawer: tuple(stroke for index, stroke in enumerate(strokes) if index != which)


def _move(which: int, by: Points) -> Edit:
    """by: a share of the side."""
    return lambda strokes, _drawer: tuple(
        stroke + by * longer_side(strokes) if index == which else stroke for index, stroke in enumerate(strokes)
    )


def _transform(which: int, matrix: NDArray[np.float64]) -> Edit:
    return lambda strokes, _drawer: tuple(
        _around_middle(stroke, matrix) if index == which else stroke for index, stroke in enumerate(strokes)
    )


def _borrow(lender: Matched, lent: int, instead_of: int | None, place: Points, size: float) -> Edit:
    """Take a stroke from another character, drawn by the same drawer if there is such a drawing."""
    drawers = sorted(lender)

    def edit(strokes: Strokes, drawer: int) -> Strokes:
        other = lender[drawer] if drawer in lender else lender[drawers[drawer % len(drawers)]]
        stroke, side = _unit(other)[lent], longer_side(strokes)
        stroke = stroke - _middle(stroke)
        if instead_of is None:
            every = np.concatenate(strokes)
            return (*strokes, (stroke * size + place) * side + _middle(every))
        return tuple(stroke * side + _middle(old) if index == instead_of else old for index, old in enumerate(strokes))

    return edit
