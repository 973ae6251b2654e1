"""The task stream: the contents of a task, and that a task is always the same."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.jitter import Jitter
from glyphstudio.data.synthetic import load_synthetic
from glyphstudio.data.tasks import TaskShape, TaskStream

SIZE = 5


def coded(alphabets: int = 4, characters: int = 6, drawers: int = 8) -> Drawings:
    """Return drawings that identify themselves: pixel (0, 1) is the character's number, pixel (0, 2) the drawer's."""
    which = list(itertools.product(range(alphabets), range(characters), range(1, drawers + 1)))
    return of([(f"A{alphabet}/character{character:02}", drawer) for alphabet, character, drawer in which])


def of(rows: list[tuple[str, int]]) -> Drawings:
    number = {name: index for index, name in enumerate(sorted({name for name, _ in rows}))}
    bitmaps = np.zeros((len(rows), SIZE, SIZE), np.uint8)
    bitmaps[:, 0, 1] = [number[name] for name, _ in rows]
    bitmaps[:, 0, 2] = [drawer for _, drawer in rows]
    return Drawings.of(bitmaps, [name for name, _ in rows], [drawer for _, drawer in rows])


def read(bitmaps: Tensor) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return characters and drawers of coded bitmaps (..., 1, S, S) without variants."""
    values = np.rint(bitmaps.numpy()[..., 0, 0, :] * 255).astype(np.int64)
    return values[..., 1], values[..., 2]


def test_shapes_and_range() -> None:
    batch = TaskStream(coded(), TaskShape(5, 2, 3), variants=True, jitter=Jitter()).batch(0, tasks=4)
    assert batch.support.shape == (4, 5, 2, 1, SIZE, SIZE)
    assert batch.query.shape == (4, 5, 3, 1, SIZE, SIZE)
    for tensor in (batch.support, batch.query):
        assert tensor.dtype == torch.float32
        assert float(tensor.min()) >= 0
        assert float(tensor.max()) <= 1 + 1e-5
    assert batch.to(torch.device("cpu")).support.shape == batch.support.shape


@pytest.mark.parametrize("within", [0.0, 1.0])
def test_a_way_is_one_character_and_no_drawing_comes_twice(within: float) -> None:
    stream = TaskStream(coded(), TaskShape(5, 2, 3), within=within)
    for number in range(20):
        batch = stream.batch(number)
        characters, drawers = (
            np.concatenate(pair, 2)[0] for pair in zip(read(batch.support), read(batch.query), strict=True)
        )
        assert (characters == characters[:, :1]).all()
        assert len(set(characters[:, 0])) == 5
        for own in drawers:
            assert len(set(own)) == 5


def test_each_batch_is_the_same_in_any_order_and_in_another_stream() -> None:
    def stream(seed: int = 7) -> TaskStream:
        return TaskStream(coded(), TaskShape(4, 1, 2), seed=seed, within=0.5, variants=True, jitter=Jitter())

    one = stream()
    forwards = [one.batch(number, 3) for number in range(4)]
    other = stream()
    for number in (2, 0, 3, 1):
        batch = other.batch(number, 3)
        assert torch.equal(batch.support, forwards[number].support)
        assert torch.equal(batch.query, forwards[number].query)
    assert not torch.equal(stream(8).batch(0, 3).support, forwards[0].support)
    assert not torch.equal(forwards[0].support, forwards[1].support)


def test_iterating_gives_the_numbered_tasks() -> None:
    stream = TaskStream(coded(), TaskShape(4, 1, 2), seed=3, jitter=Jitter())
    for number, batch in enumerate(itertools.islice(stream, 5)):
        assert torch.equal(batch.query, stream.batch(number).query)


def test_plain_arrays_are_the_same_tasks_and_can_start_at_any_of_them() -> None:
    stream = TaskStream(coded(), TaskShape(3, 2, 1), seed=4, variants=True, jitter=Jitter())
    tasks = stream.arrays()
    begun = [next(tasks) for _ in range(5)]
    for number, (support, query) in enumerate(begun):
        task = stream.batch(number)
        assert (support.shape, query.shape) == ((3, 2, SIZE, SIZE), (3, 1, SIZE, SIZE))
        assert support.dtype == query.dtype == np.float32
        assert np.array_equal(support, task.support[0, :, :, 0].numpy())
        assert np.array_equal(query, task.query[0, :, :, 0].numpy())
    later = stream.arrays(first=3)
    for support, query in begun[3:]:
        again = next(later)
        assert np.array_equal(again[0], support) and np.array_equal(again[1], query)


def test_a_task_does_not_depend_on_its_batch() -> None:
    stream = TaskStream(coded(), TaskShape(4, 1, 2), seed=3, within=0.5, variants=True, jitter=Jitter())
    together, some = stream.batch(1, tasks=3), stream.tasks([5, 3])
    assert some.classes is not None and together.classes is not None
    for index in range(3):
        assert torch.equal(together.support[index], stream.batch(3 + index).support[0])
        assert torch.equal(together.query[index], stream.batch(3 + index).query[0])
    for place, index in ((0, 2), (1, 0)):
        assert torch.equal(some.support[place], together.support[index])
        assert torch.equal(some.classes[place], together.classes[index])


def test_torch_s_own_seed_changes_nothing_and_is_not_changed() -> None:
    stream = TaskStream(coded(), TaskShape(4, 1, 2), jitter=Jitter())
    torch.manual_seed(1)
    first, drawn = stream.batch(0), torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(torch.rand(3), drawn)
    torch.manual_seed(2)
    assert torch.equal(stream.batch(0).support, first.support)


def test_labels_are_random_in_every_task() -> None:
    stream = TaskStream(coded(1, 6), TaskShape(6, 1, 1))
    places = Counter(
        int(np.flatnonzero(read(stream.batch(number).support)[0][0, :, 0] == 0)[0]) for number in range(240)
    )
    assert set(places) == set(range(6)), "a character never gets some of the labels"
    assert max(places.values()) < 80  # 40 each on average


def test_across_draws_from_all_alphabets_and_within_from_as_many_as_asked() -> None:
    drawings = coded()

    def alphabets(stream: TaskStream) -> list[int]:
        tasks = [read(stream.batch(number).support)[0][0, :, 0] for number in range(60)]
        return [len(set(drawings.alphabet[task])) for task in tasks]

    assert set(alphabets(TaskStream(drawings, TaskShape(6), within=1.0))) == {1}
    assert max(alphabets(TaskStream(drawings, TaskShape(8), within=1.0, alphabets=2))) == 2
    assert max(alphabets(TaskStream(drawings, TaskShape(6)))) >= 3
    half = alphabets(TaskStream(drawings, TaskShape(6), within=0.5))
    assert 15 < half.count(1) < 45


def test_within_uses_every_alphabet_that_is_large_enough_and_no_other() -> None:
    rows = [(f"Small/character{index:02}", drawer) for index in range(3) for drawer in range(4)]
    rows += [
        (f"Large{letter}/character{index:02}", drawer) for letter in "AB" for index in range(5) for drawer in range(4)
    ]
    drawings = of(rows)
    stream = TaskStream(drawings, TaskShape(4), within=1.0)
    seen = {
        drawings.alphabets[drawings.alphabet[read(stream.batch(number).support)[0][0, 0, 0]]] for number in range(40)
    }
    assert seen == {"LargeA", "LargeB"}


@pytest.mark.parametrize("shots", [1, 2])
def test_one_drawer_makes_each_support_and_others_the_queries(shots: int) -> None:
    stream = TaskStream(coded(), TaskShape(5, shots, 3), within=1.0, one_drawer=True)
    supporters = set()
    for number in range(30):
        batch = stream.batch(number)
        support, query = read(batch.support)[1][0], read(batch.query)[1][0]  # (N, K), (N, Q)
        assert (support == support[:1]).all()
        assert (query == query[:1]).all()
        assert len({*support[0], *query[0]}) == shots + 3
        supporters |= set(support[0])
    assert len(supporters) > 4


def test_without_one_drawer_a_support_has_several() -> None:
    support = read(TaskStream(coded(), TaskShape(5), within=1.0).batch(0).support)[1]
    assert len(set(support.ravel())) > 1


def corners(bitmaps: Tensor) -> list[int]:
    """For glyphs with one lit pixel, off the middle of the upper edge: return which of its eight places it is in."""
    flat = bitmaps.flatten(0, -4)[:, 0].flatten(1)
    return [int(row.argmax()) for row in flat]


def lit(alphabets: int = 4, characters: int = 6) -> Drawings:
    drawings = coded(alphabets, characters)
    drawings.bitmaps.zero_()
    drawings.bitmaps[:, 0, 1] = 255
    return drawings


def test_variants_are_alike_inside_alphabets_and_mixed_across() -> None:
    inside = TaskStream(lit(), TaskShape(5, 1, 2), within=1.0, variants=True)
    seen = set()
    for number in range(60):
        batch = inside.batch(number)
        places = {*corners(batch.support), *corners(batch.query)}
        assert len(places) == 1
        seen |= places
    assert len(seen) == 8
    across = TaskStream(lit(), TaskShape(5, 1, 2), variants=True)
    mixed = 0
    for number in range(20):
        batch = across.batch(number)
        support, query = np.array(corners(batch.support)), np.array(corners(batch.query)).reshape(5, 2)
        assert (query == support[:, None]).all(), "a way's support and queries turn differently"
        mixed += len(set(support)) > 1
    assert mixed > 15


def test_characters_with_too_few_drawings_are_left_out() -> None:
    rows = [("A/character00", 1), ("A/character00", 2)]
    rows += [(f"A/character{index:02}", drawer) for index in range(1, 4) for drawer in range(5 + index)]
    for within in (0.0, 1.0):
        stream = TaskStream(of(rows), TaskShape(3, 2, 3), within=within)
        for number in range(20):
            assert set(read(stream.batch(number).support)[0].ravel()) == {1, 2, 3}


def test_too_few_characters_or_drawings_are_counted_in_the_sentence() -> None:
    with pytest.raises(
        DataError, match=r"25 ways with 2 drawings each \(shots 1, queries 1\) need 25 characters; there are 24\. Ask"
    ):
        TaskStream(coded(), TaskShape(25))
    with pytest.raises(DataError, match="need 5 characters; only 0 of 24 have that many, and none has more than 8"):
        TaskStream(coded(), TaskShape(5, 4, 5))
    with pytest.raises(
        DataError, match="7 ways inside 1 of the alphabets are too many: the largest alphabet has 6 char"
    ):
        TaskStream(coded(), TaskShape(7), within=1.0)
    with pytest.raises(DataError, match="inside 3 of the alphabets are too many"):
        TaskStream(coded(), TaskShape(19), within=0.1, alphabets=3)
    with pytest.raises(DataError, match="there are 0"):
        TaskStream(coded().only(set()), TaskShape(5))
    with pytest.raises(DataError, match="seed is -1"):
        TaskStream(coded(), TaskShape(5), seed=-1)


def test_too_few_common_drawers_are_counted_in_the_sentence() -> None:
    rows = [
        (f"A/character{index:02}", drawer) for index in range(3) for drawer in (1, 2, 10 * index + 13, 10 * index + 14)
    ]
    with pytest.raises(DataError, match=r"1 shots and 2 queries by different drawers need 3 drawers.*there are 2"):
        TaskStream(of(rows), TaskShape(3, 1, 2), within=1.0, one_drawer=True).batch(0)


@pytest.mark.parametrize("numbers", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (-3, 1, 1)])
def test_a_task_needs_ways_shots_and_queries(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(DataError, match="must each be at least 1"):
        TaskShape(*numbers)


def test_a_share_of_the_tasks_is_of_extra_drawings() -> None:
    own, extra = load_synthetic(3, 6, 4), load_synthetic(5, 7, 4, seed=1)
    stream = TaskStream(own, TaskShape(5, 1, 2), seed=4, variants=True, extra=extra, extra_share=0.4)
    assert stream.classes == 8 * (3 * 6 + 5 * 7)
    batch = stream.batch(0, 200)
    assert batch.classes is not None
    further = (batch.classes >= 8 * 3 * 6).numpy()
    assert set(further.sum(1).tolist()) == {0, 5}, "a task has either kind"
    assert 0.3 < further[:, 0].mean() < 0.5
    assert int(batch.classes.max()) < stream.classes
    one = stream.tasks([17])
    assert torch.equal(one.support[0], batch.support[17])
    plain = TaskStream(own, TaskShape(5, 1, 2), seed=4, variants=True)
    for number in np.flatnonzero(~further[:, 0])[:5].tolist():
        assert torch.equal(plain.tasks([number]).query[0], batch.query[number])


def test_the_first_ways_are_a_smaller_task() -> None:
    whole = TaskStream(coded(), TaskShape(5, 2, 1), seed=3, variants=True).batch(0, 2)
    few = whole.first_ways(3)
    assert few.classes is not None and whole.classes is not None
    assert (few.support.shape[:3], few.query.shape[:3], few.classes.shape) == ((2, 3, 2), (2, 3, 1), (2, 3))
    assert torch.equal(few.query, whole.query[:, :3]) and torch.equal(few.classes, whole.classes[:, :3])
