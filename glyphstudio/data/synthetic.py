"""Invented glyphs: endless alphabets of stroke programs, for meta-training on a machine without any data.

After the generative model of Lake, Salakhutdinov, Tenenbaum (2015), "Human-level concept learning through probabilistic
program induction". A glyph is a few strokes, and a stroke is a few sub-strokes from its alphabet's small inventory.
Each stroke relates to an earlier one: it starts at its end, along it, or anywhere. A drawer has a style, and every
drawing has its own motor noise. Nothing here was fitted to data. Every alphabet, glyph and drawer has its own seed, so
alphabet i, glyph j and drawer k are always the same, however many a caller requests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.render import render

OnProgress = Callable[[int, int], None]  # glyphs done, glyphs in total
Points = NDArray[np.float64]  # (P, 2), y down
_CURVE = np.linspace(0, 1, 9)[:, None]
_INVENTORY = 12  # sub-strokes in an alphabet


@dataclass(frozen=True)
class _Stroke:
    """pieces: control points (4, 2) of cubic sub-strokes, each starting at (0, 0). relation: 0 starts anywhere
    (`start`), 1 at the end of stroke `other`, 2 at share `along` of it."""

    pieces: tuple[Points, ...]
    relation: int
    other: int
    along: float
    start: Points


def load_synthetic(
    alphabets: int = 50,
    characters: int = 25,
    drawers: int = 20,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Drawings:
    """Return the first `alphabets` alphabets with `characters` glyphs each, drawn once by each of `drawers` drawers.
    Takes about a millisecond a drawing. Raises DataError if a number is below 1."""
    if min(alphabets, characters, drawers) < 1:
        raise DataError("Synthetic glyphs need at least 1 alphabet, 1 character and 1 drawer. Ask for more.")
    bitmaps, names, hands = [], [], []
    for alphabet in range(alphabets):
        for character in range(characters):
            strokes = _program(alphabet, character, seed)
            for drawer in range(drawers):
                style = np.random.default_rng([seed, 3, alphabet, drawer])
                noise = np.random.default_rng([seed, 4, alphabet, character, drawer])
                ink = _drawn(strokes, style, noise)
                bitmaps.append(np.round(render(ink) * 255).astype(np.uint8))
                names.append(f"Synthetic{alphabet:04}/character{character + 1:02}")
                hands.append(drawer)
            if on_progress is not None:
                on_progress(alphabet * characters + character + 1, alphabets * characters)
    return Drawings.of(np.stack(bitmaps), names, hands)


def _program(alphabet: int, character: int, seed: int) -> list[_Stroke]:
    """Return the strokes that all drawings of a glyph share."""
    inventory = _inventory(np.random.default_rng([seed, 1, alphabet]))
    rng = np.random.default_rng([seed, 2, alphabet, character])
    strokes: list[_Stroke] = []
    for number in range(int(rng.choice([1, 2, 3, 4], p=[0.25, 0.35, 0.25, 0.15]))):
        count = int(rng.choice([1, 2, 3], p=[0.5, 0.3, 0.2])) if number else int(rng.choice([1, 2, 3, 4]))
        size = 1.0 if number == 0 else rng.uniform(0.35, 1.0)
        pieces = tuple(inventory[index] * size for index in rng.integers(_INVENTORY, size=count))
        relation = int(rng.choice([0, 1, 2], p=[0.3, 0.2, 0.5])) if number else 0
        strokes.append(
            _Stroke(pieces, relation, int(rng.integers(max(number, 1))), float(rng.random()), rng.uniform(0, 1, 2))
        )
    return strokes


def _inventory(rng: np.random.Generator) -> list[Points]:
    """Return an alphabet's sub-strokes: some straight, some bent, some hooked. Each alphabet has its own bend."""
    bend = rng.uniform(0.05, 0.6)
    turns = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else 0.0
    pieces = []
    for _ in range(_INVENTORY):
        angle = turns + (rng.integers(8) * np.pi / 4 if rng.random() < 0.7 else rng.uniform(0, 2 * np.pi))
        length = rng.uniform(0.25, 0.8)
        along = np.array([np.cos(angle), np.sin(angle)]) * length
        across = np.array([-along[1], along[0]])
        first, second = rng.normal(0, bend, 2)
        if rng.random() < 0.3:  # a hook
            second = first + np.sign(first) * bend
        pieces.append(np.array([0 * along, along / 3 + first * across, along * 2 / 3 + second * across, along]))
    return pieces


def _drawn(strokes: list[_Stroke], style: np.random.Generator, noise: np.random.Generator) -> Ink:
    """Return the glyph in one drawer's style, with the motor noise of one drawing."""
    slant, aspect = style.normal(0, 0.1), np.exp(style.normal(0, 0.1))
    shaky, loose = style.uniform(0.015, 0.045), style.uniform(0.02, 0.06)
    turn = style.normal(0, 0.05) + noise.normal(0, 0.03)
    lines: list[Points] = []
    for stroke in strokes:
        start = stroke.start
        if stroke.relation == 1:
            start = lines[stroke.other][-1]
        elif stroke.relation == 2:
            line = lines[stroke.other]
            start = line[round(stroke.along * (len(line) - 1))]
        at = start + noise.normal(0, loose, 2)
        parts = []
        for piece in stroke.pieces:
            bent = piece * np.exp(noise.normal(0, 0.1)) + noise.normal(0, shaky, piece.shape)
            bent[0] = 0
            parts.append(at + _bezier(bent))
            at = parts[-1][-1]
        lines.append(np.concatenate([parts[0], *(part[1:] for part in parts[1:])]))
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array(
        [[aspect, slant], [0, 1]]
    )
    moved = [line @ turned.T for line in lines]
    everything = np.concatenate(moved)
    low, side = everything.min(0), max(float(np.ptp(everything, axis=0).max()), 1e-6)
    return Ink.of([0.1 + 0.8 * (line - low) / side for line in moved])


def _bezier(control: Points) -> Points:
    """(4, 2) control points -> (9, 2) points of the cubic."""
    a, b, c, d = control
    curve: Points = (
        (1 - _CURVE) ** 3 * a + 3 * (1 - _CURVE) ** 2 * _CURVE * b + 3 * (1 - _CURVE) * _CURVE**2 * c + _CURVE**3 * d
    )
    return curve
