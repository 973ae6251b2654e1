"""Drawings that are no glyph at all: accidental marks and scribbles. Every recogniser should call them unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.render import BITMAP_SIZE, STYLE, render

Points = NDArray[np.float64]  # (P, 2), x and y


def strays(count: int, seed: int, size: int = BITMAP_SIZE) -> NDArray[np.uint8]:
    """Return `count` bitmaps (count, size, size), 0 paper, 255 ink, of the kinds below in turn."""
    style = replace(STYLE, size=size)
    made = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        lines = _KINDS[number % len(_KINDS)](rng)
        made.append(np.round(render(Ink.of(lines), style) * 255).astype(np.uint8))
    return np.stack(made)


def _taps(rng: np.random.Generator) -> list[Points]:
    """The pen touches the paper in some places."""
    return [place + rng.normal(0, 0.01, (2, 2)) for place in rng.uniform(0, 1, (int(rng.integers(2, 7)), 1, 2))]


def _slips(rng: np.random.Generator) -> list[Points]:
    """The sleeve or the ball of the hand drags short marks across the paper."""
    return [
        np.cumsum(rng.normal(0, 0.03, (6, 2)) + rng.normal(0, 0.05, 2), 0) + place
        for place in rng.uniform(0, 1, (int(rng.integers(2, 6)), 2))
    ]


def _hatching(rng: np.random.Generator) -> list[Points]:
    """Something is crossed out: a line to and fro."""
    turns = int(rng.integers(5, 14))
    across = np.tile([0.0, 1.0], turns)[:turns] + rng.normal(0, 0.08, turns)
    along = np.linspace(0, rng.uniform(0.5, 1.5), turns) + rng.normal(0, 0.03, turns)
    return [_turned(np.stack([along, across], 1), rng)]


def _loops(rng: np.random.Generator) -> list[Points]:
    """The pen is tried out: loops one beside the other."""
    angle = np.linspace(0, rng.uniform(5, 16) * np.pi, 160)
    radius = 0.4 + np.cumsum(rng.normal(0, 0.02, len(angle)))
    drift = np.linspace(0, rng.uniform(0, 2), len(angle))
    return [_turned(np.stack([radius * np.cos(angle) + drift, radius * np.sin(angle)], 1), rng)]


def _scrawl(rng: np.random.Generator) -> list[Points]:
    """A child's scribble: a smooth walk without an aim."""
    pushes = rng.normal(0, 1, (int(rng.integers(40, 160)), 2))
    speed = np.zeros(2)
    walk = [np.zeros(2)]
    for push in pushes:
        speed = 0.8 * speed + 0.1 * push - 0.03 * walk[-1]
        walk.append(walk[-1] + speed)
    return [np.stack(walk)]


def _turned(line: Points, rng: np.random.Generator) -> Points:
    angle = rng.uniform(0, 2 * np.pi)
    turned: Points = line @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turned


_KINDS = (_taps, _slips, _hatching, _loops, _scrawl)
