"""Tasks side by side in threads, and all in one batch, give the gradients of the plain loop."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.gradient.anil import ANIL
from glyphstudio.learners.gradient.fomaml import FirstOrderMAML
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.learners.gradient.maml_plus_plus import MAMLPlusPlus
from glyphstudio.learners.gradient.proto_maml import ProtoMAML
from glyphstudio.learners.gradient.threads import side_by_side
from glyphstudio.learners.learner import InnerLoop, StepResult
from tests.engine.making import equal

KINDS = [MAML, FirstOrderMAML, MAMLPlusPlus, ProtoMAML, ANIL]
PLAIN = EncoderShape(16, (3, 4), 6)
STRIDED = EncoderShape(16, (3, 6), blocks="strided", groups=3)


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def learner(kind: type[MAML], dtype: torch.dtype = torch.float64, shape: EncoderShape = PLAIN) -> MAML:
    torch.manual_seed(0)
    inner = equal(2, 0.3) if shape is PLAIN else InnerLoop(2, 0.3, 0.3, vectors=4, learn_rates=True)
    made = kind(shape, inner).to(dtype).train()
    for name, tensor in made.state_dict().items():
        if "running_mean" in name or name.endswith("bias"):
            tensor.uniform_(-0.5, 0.5)
        elif "running_var" in name:
            tensor.uniform_(0.5, 2)
    return made


def tasks(count: int = 3, dtype: torch.dtype = torch.float64) -> TaskBatch:
    random = torch.Generator().manual_seed(1)
    return TaskBatch(
        torch.rand(count, 4, 2, 1, 16, 16, generator=random, dtype=dtype),
        torch.rand(count, 4, 3, 1, 16, 16, generator=random, dtype=dtype),
    )


def gradient(made: MAML) -> dict[str, Tensor]:
    return {name: one.grad.clone() for name, one in made.named_parameters() if one.grad is not None}


def looped(kind: type[MAML], batch: TaskBatch, shape: EncoderShape = PLAIN) -> tuple[dict[str, Tensor], StepResult]:
    made = learner(kind, batch.support.dtype, shape)
    result = made.meta_step(batch)
    return gradient(made), result


@pytest.mark.parametrize("shape", [PLAIN, STRIDED])
@pytest.mark.parametrize("kind", KINDS)
def test_batched_tasks_give_the_gradient_of_the_loop(kind: type[MAML], shape: EncoderShape) -> None:
    expected, figures = looped(kind, tasks(), shape)
    made = learner(kind, shape=shape)
    result = made.batched_step(tasks())
    found = gradient(made)
    reached = {name for name, one in found.items() if bool(one.any())}
    assert reached == {name for name, one in expected.items() if bool(one.any())}
    assert {"encoder.head.weight" if shape is PLAIN else "encoder.convolutions.1.weight", "log_rates"} <= reached
    for name in reached:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-9, atol=1e-12)
    assert result.loss == pytest.approx(figures.loss)
    assert (result.accuracy_before, result.accuracy_after) == pytest.approx(
        (figures.accuracy_before, figures.accuracy_after)
    )


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_threads_give_the_same_gradient_to_the_bit(kind: type[MAML], half: bool) -> None:
    batch = tasks(5, torch.float32)
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        several, result = looped(kind, batch)
        torch.set_num_threads(1)
        alone, figures = looped(kind, batch)
    assert result == figures
    assert several.keys() == alone.keys()
    for name, one in several.items():
        assert torch.equal(one, alone[name]), name


@pytest.mark.usefixtures("two_threads")
def test_threads_autocast_like_the_caller_and_results_keep_their_order() -> None:
    def work(number: int) -> tuple[int, int, torch.dtype]:
        return number, torch.get_num_threads(), torch.mm(torch.eye(2), torch.eye(2)).dtype

    with torch.autocast("cpu", torch.bfloat16):
        assert list(side_by_side(work, range(20))) == [(number, 1, torch.bfloat16) for number in range(20)]
    assert [kind for _, _, kind in side_by_side(work, range(4))] == [torch.float32] * 4
    assert torch.get_num_threads() == 2
    assert list(side_by_side(work, range(1))) == [(0, 2, torch.float32)]


@pytest.mark.usefixtures("two_threads")
def test_an_error_in_a_thread_is_raised_in_the_caller() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise ValueError("number three")
        return number

    with pytest.raises(ValueError, match="number three"):
        list(side_by_side(work, range(8)))
    assert torch.get_num_threads() == 2


def test_under_with_the_encoders_own_weights_gives_its_output() -> None:
    encoder = learner(MAML).encoder
    bitmaps = tasks().support.flatten(0, 2)
    torch.testing.assert_close(encoder.under({}, bitmaps), encoder(bitmaps))
    doubled = {"head.weight": 2 * encoder.get_parameter("head.weight")}
    torch.testing.assert_close(encoder.under(doubled, bitmaps), 2 * encoder(bitmaps))


def test_with_equal_class_vectors_skipping_the_encoder_in_the_first_step_changes_nothing() -> None:
    class Thorough(MAML):
        def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
            super().__init__(shape, inner, classes)
            self.begins_alike = False

    expected, _ = looped(Thorough, tasks())
    found, _ = looped(MAML, tasks())
    for name, one in expected.items():
        torch.testing.assert_close(found[name], one, rtol=1e-9, atol=1e-12)
