"""Figures, against NumPy and by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.oneshot_runs import OneShotRun, load_runs
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import Figure, Memory, measure, measure_runs, task_accuracy
from glyphstudio.glyphs.export import to_png
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import SMALL, TINY, equal, scrawl, scrawls
from tests.learners.making import weighted_mean


@pytest.fixture(scope="module")
def drawings() -> Drawings:
    return scrawls(3, 8, 5, hand=0.12)


@pytest.fixture
def learner() -> ProtoNet:
    torch.manual_seed(0)
    return ProtoNet(TINY)


def test_a_figure_by_hand() -> None:
    figure = Figure.of(np.array([1.0, 0.5, 0.75, 0.75]))
    assert figure.accuracy == 0.75
    assert figure.error == 0.25
    assert figure.ci95 == pytest.approx(1.96 * math.sqrt((0.25**2 + 0.25**2) / 3) / 2)
    assert figure.tasks == 4


def test_a_figure_against_numpy() -> None:
    shares = np.random.default_rng(0).uniform(size=500)
    figure = Figure.of(shares)
    assert figure.accuracy == pytest.approx(shares.mean())
    assert figure.ci95 == pytest.approx(1.96 * np.std(shares, ddof=1) / np.sqrt(500))


def test_one_task_has_no_interval() -> None:
    figure = Figure.of(np.array([0.5]))
    assert figure.accuracy == 0.5
    assert math.isnan(figure.ci95)
    assert Figure.of(np.array([1.0, 1.0])).ci95 == 0


def by_hand(learner: ProtoNet, stream: TaskStream, tasks: int) -> list[float]:
    """Judge one query at a time, with nothing else in the batch."""
    learner.eval()
    result = []
    for number in range(tasks):
        batch = stream.batch(number)
        right = []
        with torch.no_grad():
            shots = [learner.remember(way).double().numpy() for way in batch.support[0]]
            means = [torch.from_numpy(weighted_mean(way)) for way in shots]
            for way, queries in enumerate(batch.query[0]):
                for query in queries:
                    vector = learner.remember(query[None])[0].double()
                    right.append(int(np.argmin([float((vector - mean).square().sum()) for mean in means])) == way)
        result.append(float(np.mean(right)))
    return result


@pytest.mark.parametrize("shape", [TaskShape(5, 1, 2), TaskShape(4, 3, 2), TaskShape(6, 1, 1)])
def test_measure_is_the_plain_count(learner: ProtoNet, drawings: Drawings, shape: TaskShape) -> None:
    stream = TaskStream(drawings, shape, seed=4)
    expected = by_hand(learner, stream, 12)
    assert 0.2 < float(np.mean(expected)) < 1, "figures of 0 or 1 would show nothing"
    figure, wanted = measure(learner, stream, 12), Figure.of(np.array(expected))
    assert figure.accuracy == pytest.approx(wanted.accuracy)
    assert figure.ci95 == pytest.approx(wanted.ci95)
    assert figure.tasks == 12


def test_many_queries_are_judged_in_parts(learner: ProtoNet, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = ProtoNet.remember

    def counted(self: ProtoNet, bitmaps: Tensor) -> Tensor:
        sizes.append(len(bitmaps))
        return real(self, bitmaps)

    monkeypatch.setattr(ProtoNet, "remember", counted)
    measure(learner, TaskStream(scrawls(1, 6, 60), TaskShape(6, 1, 59)), 1)
    assert sizes == [256, 104], "all queries were judged at once"
    stream = TaskStream(scrawls(1, 6, 60, hand=0.12), TaskShape(6, 1, 59), seed=0)
    assert measure(learner, stream, 1).accuracy == pytest.approx(by_hand(learner, stream, 1)[0])


def test_several_tasks_of_a_batch_count_equally(learner: ProtoNet, drawings: Drawings) -> None:
    stream = TaskStream(drawings, TaskShape(5, 1, 2), seed=4)
    learner.eval()
    with torch.no_grad():
        assert task_accuracy(learner, stream.batch(0, 4)) == pytest.approx(np.mean(by_hand(learner, stream, 4)))


@pytest.mark.parametrize("training", [True, False])
def test_the_learner_keeps_its_mode(learner: ProtoNet, drawings: Drawings, training: bool) -> None:
    learner.train(training)
    before = {name: tensor.clone() for name, tensor in learner.state_dict().items()}
    stream = TaskStream(drawings, TaskShape(5, 1, 2), seed=4)
    measure(learner, stream, 3)
    assert learner.training is training
    assert all(module.training is training for module in learner.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in learner.state_dict().items())
    assert all(parameter.grad is None for parameter in learner.parameters())

    def stop(done: int, tasks: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(learner, stream, 3, stop)
    assert learner.training is training


def test_the_same_seed_gives_the_same_figure(learner: ProtoNet, drawings: Drawings) -> None:
    shape = TaskShape(8, 1, 1)
    one, same, other = (measure(learner, TaskStream(drawings, shape, seed=seed), 25) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_steps_of_the_inner_loop(drawings: Drawings) -> None:
    torch.manual_seed(0)
    learner = MAML(TINY, equal(steps=2, rate=0.1, head_rate=5.0))
    stream = TaskStream(drawings, TaskShape(5, 1, 2), seed=4)
    figures = [measure(learner, stream, 8, steps=steps) for steps in (0, 1, 2)]
    assert figures[0].accuracy == pytest.approx(1 / 5), "before the first step all class vectors are the same"
    assert len({figure.accuracy for figure in figures}) == 3
    assert measure(learner, stream, 8) == figures[2], "by default the number of steps in training"


def test_progress_is_reported(learner: ProtoNet, drawings: Drawings) -> None:
    heard: list[tuple[int, int]] = []
    measure(learner, TaskStream(drawings, TaskShape(3)), 4, lambda done, tasks: heard.append((done, tasks)))
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


# The official one-shot runs


def official(folder: Path, runs: list[list[int]], shuffle: int = 0) -> Path:
    """Make runs in the official layout. Test picture i of a run is, pixel for pixel, training picture `run[i]`. The
    labels say that it matches training picture run[i] + shuffle."""
    for number, answers in enumerate(runs):
        run = folder / f"run{number + 1:02}"
        for name in ("training", "test"):
            (run / name).mkdir(parents=True)
        lines = []
        for way in range(len(answers)):
            (run / "training" / f"class{way + 1:02}.png").write_bytes(to_png(scrawl(50 * number + way), 105))
        for item, way in enumerate(answers):
            (run / "test" / f"item{item + 1:02}.png").write_bytes(to_png(scrawl(50 * number + way), 105))
            named = (way + shuffle) % len(answers) + 1
            lines.append(
                f"run{number + 1:02}/test/item{item + 1:02}.png run{number + 1:02}/training/class{named:02}.png"
            )
        (run / "class_labels.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def of_pictures() -> ProtoNet:
    torch.manual_seed(0)
    return ProtoNet(SMALL)


def test_the_official_runs(of_pictures: ProtoNet, tmp_path: Path) -> None:
    runs = load_runs(official(tmp_path, [[2, 0, 1, 3], [3, 2, 1, 0]]))
    heard: list[tuple[int, int]] = []
    figure = measure_runs(of_pictures.train(), runs, lambda done, every: heard.append((done, every)))
    assert figure == Figure(1.0, 0.0, 2)
    assert heard == [(1, 2), (2, 2)]
    assert of_pictures.training


def test_official_runs_with_wrong_labels_are_all_errors(of_pictures: ProtoNet, tmp_path: Path) -> None:
    assert measure_runs(of_pictures, load_runs(official(tmp_path, [[2, 0, 1, 3]], shuffle=1))).error == 1.0


def test_runs_of_different_sizes_count_equally(of_pictures: ProtoNet, tmp_path: Path) -> None:
    runs = load_runs(official(tmp_path, [[1, 0], [0, 1, 2, 3, 4, 5]]))
    broken = runs[0]
    runs[0] = OneShotRun(broken.name, broken.support, broken.query, 1 - broken.answers)
    assert measure_runs(of_pictures, runs).accuracy == 0.5


def test_a_memory_remembers_each_drawing_once(
    learner: ProtoNet, drawings: Drawings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = ProtoNet.remember

    def counted(self: ProtoNet, bitmaps: Tensor) -> Tensor:
        seen.append(len(bitmaps))
        return real(self, bitmaps)

    monkeypatch.setattr(ProtoNet, "remember", counted)
    memory = Memory(learner.eval(), drawings)
    with torch.no_grad():
        first = memory.of(np.array([[3, 5], [5, 1]]))
        again = memory.of(np.array([1, 7, 3]))
        whole = real(learner, drawings.bitmaps[:, None].float() / 255)
    assert seen == [3, 1]
    torch.testing.assert_close(first, whole[torch.tensor([[3, 5], [5, 1]])])
    torch.testing.assert_close(again, whole[torch.tensor([1, 7, 3])])
