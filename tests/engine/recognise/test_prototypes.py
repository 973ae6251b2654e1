"""The recogniser against brute force over a plain dict."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from numpy.typing import NDArray

from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.recognise.prototypes import Guesses, PrototypeRecogniser
from glyphstudio.glyphs.render import render
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import SMALL, scrawl

Vector = NDArray[np.float32]
CALIBRATION = Calibration(40.0, shots=1.5, unknown=1.0, first=0.001, second=-1.2, size=0.6, apart=150.0)


def recogniser(calibration: Calibration = CALIBRATION) -> PrototypeRecogniser:
    torch.manual_seed(2)
    return PrototypeRecogniser(ProtoNet(SMALL), calibration)


Ranked = list[tuple[int, float, float, int]]  # glyph, probability, distance, shots


def weights_of(shots: list[Vector]) -> list[float]:
    """The weight of each shot in its glyph's prototype, in float64 and one by one."""
    if len(shots) < 3:
        return [1 / len(shots)] * len(shots)
    far = [
        math.fsum((float(a) - float(b)) ** 2 for other in shots for a, b in zip(one, other, strict=True))
        for one in shots
    ]
    if min(far) == 0:
        same = [float(distance == 0) for distance in far]
        return [value / sum(same) for value in same]
    weights = [(min(far) / distance) ** 2 for distance in far]
    return [weight / math.fsum(weights) for weight in weights]


def brute_force(library: dict[int, list[Vector]], query: Vector, calibration: Calibration = CALIBRATION) -> Ranked:
    """Rank all glyphs, best first, in float64 and one by one."""
    distances = {}
    for glyph, shots in library.items():
        weights, places = weights_of(shots), range(len(query))
        mean = [math.fsum(w * float(shot[i]) for w, shot in zip(weights, shots, strict=True)) for i in places]
        distances[glyph] = math.fsum((float(query[i]) - mean[i]) ** 2 for i in range(len(query)))
    spread = {glyph: (1 + 1 / len(shots)) / 2 for glyph, shots in library.items()}
    logits = {
        glyph: -distances[glyph] / (spread[glyph] * calibration.temperature)
        - calibration.shots * math.log(spread[glyph])
        for glyph in library
    }
    order = sorted(library, key=lambda glyph: (-logits[glyph], glyph))
    if not order:
        return []
    first, second, *_ = [*sorted(distances[glyph] / spread[glyph] for glyph in library), calibration.apart]
    beside = calibration.second * math.asinh(second) + calibration.size * math.log(len(library))
    unknown = calibration.unknown + calibration.first * first + beside
    highest = max(unknown, *logits.values())
    total = math.fsum(math.exp(logit - highest) for logit in [unknown, *logits.values()])
    return [
        (glyph, math.exp(logits[glyph] - highest) / total, distances[glyph], len(library[glyph])) for glyph in order
    ]


def assert_same(guesses: Guesses, expected: Ranked, best: int = 5) -> None:
    """Glyphs that are equally likely but for rounding may change places."""
    assert len(guesses.best) == min(best, len(expected))
    wanted = {glyph: (probability, distance, shots) for glyph, probability, distance, shots in expected}
    for guess, (_, probability, *_) in zip(guesses.best, expected, strict=False):
        assert guess.probability == pytest.approx(probability, rel=1e-5, abs=1e-9)
        own, distance, shots = wanted.pop(guess.glyph_id)
        assert guess.probability == pytest.approx(own, rel=1e-5, abs=1e-9)
        assert guess.distance == pytest.approx(distance, rel=1e-5, abs=1e-6)
        assert guess.shots == shots


# Whole multiples of 12: the mean of one to four of them is exact, so equal distances are exactly equal.
EXACT = st.lists(st.integers(-3, 3), min_size=3, max_size=3).map(lambda row: np.array(row, np.float32) * 12)


class Enrolling(RuleBasedStateMachine):
    """Enrols and forgets in any order, with so few glyphs and places that ties are common."""

    def __init__(self) -> None:
        super().__init__()
        self.recogniser = recogniser()
        self.shots: dict[int, tuple[int, Vector]] = {}

    def library(self) -> dict[int, list[Vector]]:
        library: dict[int, list[Vector]] = {}
        for glyph, vector in self.shots.values():
            library.setdefault(glyph, []).append(vector)
        return library

    @rule(shot=st.integers(0, 30), glyph=st.integers(1, 9), vector=EXACT)
    def enrol(self, shot: int, glyph: int, vector: Vector) -> None:
        others = [one for other, (one, _) in self.shots.items() if other != shot]
        if others.count(glyph) < 4:
            self.recogniser.enrol(shot, glyph, vector)
            self.shots[shot] = (glyph, vector)

    @rule(shot=st.integers(0, 30))
    def forget(self, shot: int) -> None:
        self.recogniser.forget(shot)
        self.shots.pop(shot, None)

    @precondition(lambda self: self.shots)
    @rule(data=st.data())
    def forget_a_whole_glyph_and_enrol_it_again(self, data: st.DataObject) -> None:
        glyph = data.draw(st.sampled_from(sorted(self.library())))
        kept = {shot: value for shot, value in self.shots.items() if value[0] == glyph}
        for shot in kept:
            self.recogniser.forget(shot)
        assert glyph not in [guess.glyph_id for guess in self.recogniser.rank(np.zeros(3, np.float32), 99).best]
        for shot, (_, vector) in kept.items():
            self.recogniser.enrol(shot, glyph, vector)

    @rule(query=EXACT, best=st.integers(1, 12))
    def rank(self, query: Vector, best: int) -> None:
        expected = brute_force(self.library(), query)
        guesses = self.recogniser.rank(query, best)
        assert_same(guesses, expected, best)
        assert guesses.unknown == pytest.approx(1 - math.fsum(probability for _, probability, *_ in expected), abs=1e-6)

    @invariant()
    def counted(self) -> None:
        assert len(self.recogniser) == len(self.library())


TestEnrolling = Enrolling.TestCase
TestEnrolling.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("seed", range(6))
def test_random_libraries_with_uneven_shots(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = recogniser()
    library: dict[int, list[Vector]] = {}
    for shot in range(int(rng.integers(2, 300))):
        glyph = int(rng.zipf(1.6)) % 80
        vector = rng.normal(0, 4, 16).astype(np.float32)
        library.setdefault(glyph, []).append(vector)
        made.enrol(shot, glyph, vector)
    for _ in range(10):
        query = rng.normal(0, 4, 16).astype(np.float32)
        assert_same(made.rank(query), brute_force(library, query))


def test_an_empty_library_has_no_answer() -> None:
    made = recogniser()
    assert made.rank(np.zeros(16, np.float32)) == Guesses((), unknown=1.0)
    made.enrol(1, 1, np.ones(16, np.float32))
    made.forget(1)
    made.forget(1)
    assert made.rank(np.zeros(16, np.float32)) == Guesses((), unknown=1.0)


def test_equally_likely_glyphs_are_in_the_order_of_their_ids() -> None:
    made = recogniser()
    places = [[3.0, 0.0], [0.0, 3.0], [-3.0, 0.0], [0.0, -3.0]]
    for glyph, place in zip((8, 2, 5, 3), places, strict=True):
        for shot in range(2):  # two equal shots: the mean is exact
            made.enrol(10 * glyph + shot, glyph, np.array(place, np.float32))
    best = made.rank(np.zeros(2, np.float32)).best
    assert [guess.glyph_id for guess in best] == [2, 3, 5, 8]


def test_a_single_glyph_shares_with_the_unknown() -> None:
    made = recogniser()
    made.enrol(7, 3, np.full(16, 2.0, np.float32))
    guesses = made.rank(np.zeros(16, np.float32))
    (guess,) = guesses.best
    assert (guess.glyph_id, guess.distance, guess.shots) == (3, 64.0, 1)
    unknown = 1.0 + 0.001 * 64 - 1.2 * math.asinh(150)
    assert guess.probability == pytest.approx(1 / (1 + math.exp(unknown + 64 / 40)))
    assert guess.probability + guesses.unknown == pytest.approx(1)


def test_probabilities_fall_with_distance_and_add_up_to_one_with_the_unknown() -> None:
    rng = np.random.default_rng(1)
    made = recogniser()
    for glyph in range(40):
        made.enrol(glyph, glyph, rng.normal(0, 3, 16).astype(np.float32))
    chances = []
    for far in (0.0, 1.0, 3.0, 10.0, 100.0):
        guesses = made.rank((rng.normal(0, 3, 16) + far).astype(np.float32), best=40)
        probabilities = [guess.probability for guess in guesses.best]
        distances = [guess.distance for guess in guesses.best]
        assert distances == sorted(distances)
        assert probabilities == sorted(probabilities, reverse=True)
        assert all(0 <= probability <= 1 for probability in probabilities)
        assert sum(probabilities) + guesses.unknown == pytest.approx(1)
        chances.append(guesses.unknown)
    assert chances[-1] > 0.999999, "a drawing far from everything is of an unknown glyph"


def test_a_distance_means_more_with_more_shots() -> None:
    """The mean of many drawings is expected to be nearer, so the same distance speaks more against the glyph."""
    made = recogniser()
    made.enrol(1, 1, np.array([2.0, 0.0], np.float32))
    for shot in range(2, 12):
        made.enrol(shot, 2, np.array([0.0, 2.0], np.float32))
    far, near = np.array([-30.0, -30.0], np.float32), np.array([1.0, 1.0], np.float32)
    assert made.rank(far).best[0].glyph_id == 1
    assert made.rank(near).best[0].glyph_id == 2  # near enough that more evidence for its place counts


def exact_top(vectors: Vector, query: Vector) -> list[int]:
    distances = np.square(vectors.astype(np.float64) - query.astype(np.float64)).sum(1)
    return [int(row) for row in np.lexsort((np.arange(len(vectors)), distances))[:5]]


@pytest.fixture(scope="module")
def crowd() -> tuple[PrototypeRecogniser, Vector]:
    """10,000 glyphs. Every second one is almost the same as the one before it."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(0, 1, (10_000, 256)).astype(np.float32)
    vectors[1::2] = vectors[::2] + rng.normal(0, 1e-4, (5_000, 256)).astype(np.float32)
    made = recogniser()
    for glyph, vector in enumerate(vectors):
        made.enrol(glyph, glyph, vector)
    return made, vectors


def test_ten_thousand_prototypes(crowd: tuple[PrototypeRecogniser, Vector]) -> None:
    made, vectors = crowd
    rng = np.random.default_rng(4)
    for target in rng.integers(0, 10_000, 30):
        query = (vectors[target] + rng.normal(0, 0.5, 256)).astype(np.float32)
        assert [guess.glyph_id for guess in made.rank(query).best] == exact_top(vectors, query)


@pytest.mark.parametrize("length", [0.0, 1.0, 30.0, 1000.0])
def test_nearly_equal_prototypes_far_from_the_origin(length: float) -> None:
    rng = np.random.default_rng(5)
    centre = rng.normal(0, 1, 64)
    centre *= length / np.linalg.norm(centre)
    vectors = (centre + rng.normal(0, max(length, 1) * 1e-6, (500, 64))).astype(np.float32)
    made = recogniser()
    for glyph, vector in enumerate(vectors):
        made.enrol(glyph, glyph, vector)
    for query in (centre.astype(np.float32), vectors[17], vectors[400]):
        best = made.rank(query).best
        assert [guess.glyph_id for guess in best] == exact_top(vectors, query)
        for guess in best:
            exact = np.square(vectors[guess.glyph_id].astype(np.float64) - query).sum()
            assert guess.distance == pytest.approx(exact, rel=1e-9)


def test_ties_go_to_the_lower_glyph_id() -> None:
    made = recogniser()
    ids = np.random.default_rng(0).permutation(300) + 10
    for glyph in ids.tolist():
        made.enrol(glyph, glyph, np.array([3.1, 0.7], np.float32))
    assert [guess.glyph_id for guess in made.rank(np.array([0.1, 0.2], np.float32)).best] == [10, 11, 12, 13, 14]


def test_forgotten_shots_leave_no_residue() -> None:
    made, clean = recogniser(), recogniser()
    rng = np.random.default_rng(0)
    vector = rng.normal(size=16).astype(np.float32)
    made.enrol(0, 1, vector)
    clean.enrol(0, 1, vector)
    for shot in range(1, 200):
        made.enrol(shot, 1, (rng.normal(size=16) * 10.0 ** rng.integers(-20, 15)).astype(np.float32))
    for shot in range(1, 200):
        made.forget(shot)
    query = rng.normal(size=16).astype(np.float32)
    assert made.rank(query) == clean.rank(query)


def test_embedding_is_the_learners_own_in_evaluation_mode() -> None:
    torch.manual_seed(0)
    learner = ProtoNet(SMALL).train()
    learner.remember(torch.rand(5, 1, SMALL.size, SMALL.size))
    bitmaps = [render(scrawl(number)) for number in range(3)]
    vectors = PrototypeRecogniser(learner, CALIBRATION).embed(bitmaps)
    with torch.no_grad():
        expected = learner.eval().remember(torch.from_numpy(np.stack(bitmaps))[:, None]).numpy()
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    alone = np.concatenate([PrototypeRecogniser(learner, CALIBRATION).embed([bitmap]) for bitmap in bitmaps])
    np.testing.assert_allclose(vectors, alone, atol=1e-5)


def test_weights_that_overflow_get_a_sentence() -> None:
    learner = ProtoNet(SMALL)
    with torch.no_grad():
        for parameter in learner.parameters():
            parameter.mul_(1e30)
    with pytest.raises(
        EngineError, match=r"give no finite numbers for a drawing\. Use those that came with GlyphStudio\."
    ):
        PrototypeRecogniser(learner, CALIBRATION).embed([render(scrawl(0))])
