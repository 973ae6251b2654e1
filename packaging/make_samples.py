"""Makes assets/samples: twenty glyphs invented for GlyphStudio, each drawn by four simulated hands.

    python packaging/make_samples.py [FOLDER]

A glyph is a plan: strokes as points that a curve passes through. A hand adapts the plan to its habits (slant, size,
speed, rounding, tremor, order of strokes) and moves a pen along it as people do: slower in bends, easing in and out.
Every run gives the same bytes, because all randomness comes from ``random.Random.random``, whose sequence Python
guarantees.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.export import to_inkml
from glyphstudio.glyphs.ink import Ink, Stroke

Points = NDArray[np.float64]  # (P, 2), the plan's own square 0..1, y down

# ---- the glyphs ----
# One stroke is one string: "x,y" in hundredths. A bar after a point makes it a sharp corner. A single point is a dot.
# The pairs Kresh and Tarn, Ulo and Ombri, Fask and Sark, Hethi and Numo, Yedd and Ralto are alike on purpose.
PLANS = {
    "Kresh": ["36,6 34,40 35,72 46,91 64,88 70,72", "10,40 50,27| 40,53| 88,38"],
    "Tarn": ["58,6 60,40 59,72 48,91 30,88 24,72", "10,40 50,27| 40,53| 88,38"],
    "Ulo": ["50,50 58,44 62,53 54,63 40,58 38,41 54,30 74,38 78,60 62,80 36,78 18,95"],
    "Ombri": ["50,46 58,40 62,49 54,59 40,54 38,37 54,26 74,34 78,56 62,76 36,74 18,91", "16,70 44,94"],
    "Vemmi": ["8,44 24,12| 38,46| 53,12| 67,46| 90,10", "14,58 24,82 50,92 76,82 86,58"],
    "Osk": ["14,92 40,52 66,22 84,10 92,26 76,40 48,44 16,38", "30,16| 50,62| 84,86"],
    "Pirru": ["12,70 16,34 48,10 82,30 88,62 74,80 62,68 72,56", "32,50", "47,36", "40,72"],
    "Zhal": ["64,6 26,46| 70,48| 30,94", "78,66 68,74 72,88 86,88 90,74 78,66"],
    "Dovat": ["14,14 18,50 16,84| 84,82| 82,48 86,12", "32,46 48,62| 62,34 56,8"],
    "Ibbe": ["62,6 26,24 20,52 36,80 66,92", "40,8 72,28 80,54 62,80 30,94", "6,50 94,48"],
    "Quorl": ["8,82 34,70 62,40 60,12 44,10 40,34 58,66 82,76 92,58 76,46 52,62 44,92"],
    "Hethi": ["28,8 24,50 26,92", "66,8 70,50 74,82 92,90", "4,56 24,36 44,44 62,58 92,40"],
    "Numo": ["28,8 24,50 26,92", "66,8 70,50 74,82 92,90", "8,30 50,46 92,66", "8,64 50,46 92,30"],
    "Sark": ["92,12 80,52 52,84 22,76 10,46 24,24 42,30 42,48", "58,44 96,78"],
    "Fask": ["92,12 80,52 52,84 22,76 10,46 24,24 42,30 42,48", "70,28 99,54", "52,54 84,88"],
    "Wyle": ["14,10 18,42 48,58 80,42 88,8", "50,12 49,52 46,72 34,82 42,94 56,88 50,72"],
    "Gharn": ["92,18 62,44 30,66 10,58 12,36 34,32 64,56 92,86", "74,8 70,50 76,94"],
    "Lupek": ["40,36 26,34 22,18 42,6 66,14 72,34 46,54| 14,56| 46,70 84,94", "66,68 88,58"],
    "Yedd": ["50,6 84,36| 50,66| 16,36| 50,6", "50,66 46,84 26,94 8,88", "34,36 66,36"],
    "Ralto": ["50,6 84,36| 50,66| 16,36| 50,6", "50,66 54,84 74,94 92,88", "50,36"],
}


# ---- the hands ----


@dataclass(frozen=True)
class Hand:
    """The habits of one writer. Lengths are shares of the glyph's size, times are ms."""

    size: float  # share of the canvas
    aspect: float  # width over height
    slant: float  # to the right
    turn: float  # degrees, clockwise
    speed: float  # canvas widths a second on a straight line
    ease: float  # canvas widths a second, a second: how hard the pen brakes and starts
    rounding: float  # how much the hand smooths a corner
    wander: float  # how far points are from the plan
    tremor: float
    overshoot: float  # beyond the end of a stroke; below 0, short of it
    backwards: float  # share of strokes drawn from their end
    shuffled: float  # share of glyphs with another order of strokes
    pause: float  # between strokes
    presses: bool  # whether the device reports pressure


HANDS = {
    "brisk": Hand(0.60, 1.12, 0.22, -3, 2.9, 26, 20, 0.021, 0.0012, 0.04, 0.10, 0.1, 110, True),
    "careful": Hand(0.66, 0.97, -0.02, 0, 1.05, 12, 7, 0.011, 0.0014, -0.004, 0.0, 0.0, 260, False),
    "heavy": Hand(0.76, 0.84, 0.06, 3, 1.35, 14, 11, 0.019, 0.0024, 0.015, 0.12, 0.35, 210, True),
    "loose": Hand(0.70, 1.04, -0.13, -6, 2.1, 16, 34, 0.029, 0.0018, 0.055, 0.22, 0.4, 150, False),
}


class Chance:
    """Normal and uniform random numbers that are the same on every machine and version."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed).random

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        return low + (high - low) * self._random()

    def normal(self, spread: float = 1.0) -> float:
        radius = math.sqrt(-2.0 * math.log(1.0 - self._random()))
        return spread * radius * math.cos(2.0 * math.pi * self._random())


# ---- from plan to pen ----


def drawing(glyph: str, hand: Hand, seed: str) -> Ink:
    """Return one drawing of a glyph by a hand, in canvas units, with points 8 to 12 ms apart."""
    chance = Chance(seed)
    plans = [_plan(text) for text in PLANS[glyph]]
    if chance.uniform() < hand.shuffled and len(plans) > 1:
        plans = [*plans[1:], plans[0]]
    place = _placement(hand, chance)
    strokes: list[Stroke] = []
    clock = 0.0
    tip: Points | None = None
    for points, corners in plans:
        bent = _bent(points, hand, chance)
        path = place(_curve(bent, corners) if len(bent) > 1 else bent)
        if len(path) > 1 and chance.uniform() < hand.backwards:
            path = path[::-1]
        if tip is not None:  # the time in the air grows with the distance
            clock += hand.pause * chance.uniform(0.8, 1.3) + 160.0 * float(np.hypot(*(path[0] - tip)))
        xy, t, speed = _moved(path, hand, chance)
        pressure = _pressure(t, speed, chance) if hand.presses else None
        strokes.append(Stroke.of(xy, clock + t, pressure))
        clock += float(t[-1])
        tip = xy[-1]
    return Ink(tuple(strokes))


def _plan(text: str) -> tuple[Points, list[bool]]:
    words = text.split()
    points = [[float(number) / 100 for number in word.rstrip("|").split(",")] for word in words]
    return np.array(points), [word.endswith("|") for word in words]


def _bent(points: Points, hand: Hand, chance: Chance) -> Points:
    """Return the plan as this writer means it today: slightly shifted, turned and scaled, with each point a bit off."""
    angle, stretch = chance.normal(1.6 * hand.wander), 1.0 + chance.normal(1.6 * hand.wander)
    cosine, sine = math.cos(angle) * stretch, math.sin(angle) * stretch
    centre = points.mean(axis=0)
    turned = (points - centre) @ np.array([[cosine, sine], [-sine, cosine]]) + centre
    turned += [chance.normal(0.8 * hand.wander), chance.normal(0.8 * hand.wander)]
    moved: Points = turned + [[chance.normal(hand.wander), chance.normal(hand.wander)] for _ in points]
    if len(moved) > 1:
        reach = hand.overshoot + chance.normal(0.3 * abs(hand.overshoot))
        last = moved[-1] - moved[-2]
        moved[-1] += reach * last / max(float(np.hypot(*last)), 1e-9)
    return moved


class _placement:  # noqa: N801  named like a function, because it is used like one
    """Maps the plan's square to the canvas: slant, turn, size and place of the whole drawing."""

    def __init__(self, hand: Hand, chance: Chance) -> None:
        angle = math.radians(hand.turn + chance.normal(1.8))
        wide = math.sqrt(hand.aspect) * (1.0 + chance.normal(0.025))
        slant = hand.slant + chance.normal(0.025)
        shear = np.array([[wide, 0.0], [-slant, 1.0 / wide]])
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        self._matrix = shear @ turn * hand.size * (1.0 + chance.normal(0.03))
        self._centre = np.array([0.5 + chance.normal(0.018), 0.5 + chance.normal(0.018)])

    def __call__(self, points: Points) -> Points:
        placed: Points = (points - 0.5) @ self._matrix + self._centre
        return placed


def _curve(points: Points, corners: list[bool]) -> Points:
    """Return a dense path through all points: centripetal Catmull-Rom, broken at the corners."""
    breaks = [0, *(index for index in range(1, len(points) - 1) if corners[index]), len(points) - 1]
    pieces = [_smooth(points[first : last + 1]) for first, last in pairwise(breaks)]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _smooth(points: Points) -> Points:
    if len(points) == 2:
        # People do not draw perfectly straight lines: add a slight bulge, always to the same side.
        way = points[1] - points[0]
        points = np.insert(points, 1, points.mean(axis=0) + 0.025 * np.array([way[1], -way[0]]), axis=0)
    padded = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.hypot(*np.diff(padded, axis=0).T)) + 1e-9)])
    path = [points[:1]]
    for index in range(len(points) - 1):
        t0, t1, t2, t3 = knots[index : index + 4]
        p0, p1, p2, p3 = padded[index : index + 4]
        t = np.linspace(t1, t2, 41)[1:, None]
        a1 = ((t1 - t) * p0 + (t - t0) * p1) / (t1 - t0)
        a2 = ((t2 - t) * p1 + (t - t1) * p2) / (t2 - t1)
        a3 = ((t3 - t) * p2 + (t - t2) * p3) / (t3 - t2)
        b1 = ((t2 - t) * a1 + (t - t0) * a2) / (t2 - t0)
        b2 = ((t3 - t) * a2 + (t - t1) * a3) / (t3 - t1)
        path.append(((t2 - t) * b1 + (t - t1) * b2) / (t2 - t1))
    return np.concatenate(path)


def _moved(path: Points, hand: Hand, chance: Chance) -> tuple[Points, NDArray[np.float64], NDArray[np.float64]]:
    """Return the pen's movement along a path: points, times in ms from pen down, and speeds in canvas widths a
    second."""
    if len(path) == 1:  # a dot: the pen rests, and slides very slightly
        count = 5 + int(chance.uniform(0, 5))
        slide = np.cumsum([[chance.normal(0.0009), chance.normal(0.0009) + 0.0008] for _ in range(count)], axis=0)
        return path + slide, _ticks(10.0 * count, chance, count), np.zeros(count)
    path, step = _even(path)
    fine = 1.0  # ms
    at = _timed(path, step, hand)
    moments = np.arange(0.0, float(at[-1]) + fine, fine)
    xy = np.stack([np.interp(moments, at, path[:, axis]) for axis in (0, 1)], axis=1)
    xy = _soothed(xy, hand.rounding / fine)
    phases = [chance.uniform(0, 2 * math.pi) for _ in range(6)]
    for axis in (0, 1):  # a physiological tremor near 9 Hz, and a slow drift of the whole hand
        shake = np.sin(moments * 0.0565 + phases[axis]) + 0.6 * np.sin(moments * 0.081 + phases[2 + axis])
        xy[:, axis] += hand.tremor * shake + 0.2 * hand.wander * np.sin(moments * 0.0088 + phases[4 + axis])
    times = _ticks(float(moments[-1]), chance)
    sampled = np.stack([np.interp(times, moments, xy[:, axis]) for axis in (0, 1)], axis=1)
    speeds = np.hypot(*np.gradient(xy, axis=0).T) * 1000.0 / fine
    return sampled, times, np.interp(times, moments, speeds)


def _even(path: Points, step: float = 0.002) -> tuple[Points, float]:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    count = max(8, round(float(along[-1]) / step))
    where = np.linspace(0.0, along[-1], count + 1)
    return np.stack([np.interp(where, along, path[:, axis]) for axis in (0, 1)], axis=1), float(along[-1]) / count


def _timed(path: Points, step: float, hand: Hand) -> NDArray[np.float64]:
    """Return the time in ms at which the pen is at each point. Speed follows curvature by the two-thirds power law
    (speed is curvature to the power of minus a third), within the hand's limits for braking and starting."""
    heading = np.unwrap(np.arctan2(*np.diff(path, axis=0).T[::-1]))
    bend = np.zeros(len(path))
    bend[1:-1] = np.abs(np.diff(heading)) / step
    bend = np.convolve(np.pad(bend, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    speed = np.minimum(hand.speed, hand.speed * 1.5 * np.maximum(bend, 1e-6) ** (-1.0 / 3.0))
    slow = 0.05 * hand.speed
    gain = 2.0 * hand.ease * step
    speed[0] = speed[-1] = slow
    for index in range(1, len(speed)):
        speed[index] = min(speed[index], math.sqrt(speed[index - 1] ** 2 + gain))
    for index in range(len(speed) - 2, -1, -1):
        speed[index] = min(speed[index], math.sqrt(speed[index + 1] ** 2 + gain))
    speed = np.maximum(speed, slow)
    return np.concatenate([[0.0], np.cumsum(2000.0 * step / (speed[1:] + speed[:-1]))])


def _soothed(xy: Points, spread: float) -> Points:
    """Average the position over a moment (a Gaussian, `spread` samples wide), which rounds corners as muscles do."""
    reach = int(3 * spread) + 1
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    padded = np.pad(xy, ((reach, reach), (0, 0)), mode="edge")
    return np.stack([np.convolve(padded[:, axis], weights / weights.sum(), mode="valid") for axis in (0, 1)], axis=1)


def _ticks(length: float, chance: Chance, count: int | None = None) -> NDArray[np.float64]:
    """Return times of samples from 0 to about `length`, in whole ms, 8 to 12 apart."""
    times = [0.0]
    while times[-1] < length if count is None else len(times) < count:
        times.append(times[-1] + round(chance.uniform(7.6, 12.4)))
    return np.array(times)


def _pressure(t: NDArray[np.float64], speed: NDArray[np.float64], chance: Chance) -> NDArray[np.float64]:
    """Return the pressure, 0..1: it rises when the pen lands, drops when it moves fast, and fades as it lifts."""
    level = 0.62 + chance.normal(0.04)
    landing = 1.0 - np.exp(-(t + 12.0) / 38.0)
    lifting = 1.0 - 0.75 * np.exp(-(t[-1] - t + 6.0) / 30.0)
    sway = 0.03 * np.sin(t * 0.011 + chance.uniform(0, 2 * math.pi))
    force: NDArray[np.float64] = np.clip((level + sway - 0.07 * speed) * landing * lifting, 0.03, 1.0)
    return force


def make(folder: Path) -> list[Path]:
    """Write FOLDER/<glyph>/<hand>.inkml for every glyph and hand, and return the paths."""
    paths = []
    for glyph in PLANS:
        (folder / glyph).mkdir(parents=True, exist_ok=True)
        for name, hand in HANDS.items():
            path = folder / glyph / f"{name}.inkml"
            path.write_bytes(to_inkml(drawing(glyph, hand, f"{glyph} by {name}")))
            paths.append(path)
    return paths


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "assets" / "samples"
    sys.stdout.write(f"{len(make(target))} drawings in {target}.\n")
