"""Measures training speed: seconds, GFLOP/s against the machine's own matrix product, the share of data, memory.

python tests/benchmarks/training_speed.py --data PATH [--threads N] [--rounds N]

Everything compared is measured in turns, so that other work on the machine affects all of it equally; figures are
medians. The arithmetic is counted in float32 on the step itself, so skipped work does not count. In its first inner
step MAML does not change the encoder, because every way of its head is the same vector; Proto-MAML does.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch.nn import functional as F  # noqa: N812
from torch.utils.flop_counter import FlopCounterMode

from glyphstudio.data.jitter import Jitter
from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.splits import Split, split
from glyphstudio.data.tasks import TaskBatch, TaskShape, TaskStream
from glyphstudio.engine.device import has_bfloat16
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.plain import PlainEncoder
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.learners.gradient.proto_maml import ProtoMAML
from glyphstudio.learners.learner import Learner, way_labels
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import equal

CONV4 = EncoderShape(28, (64, 64, 64, 64), 64)
SIDE = 2048
TASKS = 16


class CloneAndAdapt(torch.nn.Module):
    """MAML written plainly, as in learn2learn: clone the weights, step, backward, task by task. Batch normalisation
    uses the batch's own statistics, as usual there, and the head has a vector for each of the five ways."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = PlainEncoder(CONV4)
        self.head = torch.nn.Linear(CONV4.embedding, 5)

    def scores(self, weights: dict[str, torch.Tensor], bitmaps: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = torch.func.functional_call(self, weights, (bitmaps,))
        return out

    def forward(self, bitmaps: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.head(self.encoder(bitmaps))
        return out

    def meta_step(self, tasks: TaskBatch) -> None:
        for support, query in zip(tasks.support, tasks.query, strict=True):
            weights = {name: tensor.clone() for name, tensor in self.named_parameters()}
            labels, answers = (way_labels(5, part.shape[1], part.device) for part in (support, query))
            loss = F.cross_entropy(self.scores(weights, support.flatten(0, 1)), labels)
            gradients = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
            weights = {
                name: tensor - 0.4 * gradient
                for (name, tensor), gradient in zip(weights.items(), gradients, strict=True)
            }
            loss = F.cross_entropy(self.scores(weights, query.flatten(0, 1)), answers)
            torch.autograd.backward(loss / len(tasks))


def step(learner: Learner | CloneAndAdapt, tasks: TaskBatch, half: bool) -> None:
    """Take one outer step as the trainer does."""
    learner.train()
    learner.zero_grad()
    with torch.autocast(tasks.support.device.type, torch.bfloat16, enabled=half):
        learner.meta_step(tasks)


def gflop(work: Callable[[], object]) -> float:
    """Return how many billion (1e9) floating point operations `work` takes. The counter sees only its own thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with FlopCounterMode(display=False) as counter:
        work()
    torch.set_num_threads(threads)
    return float(counter.get_total_flops()) / 1e9


def in_turns(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if number:  # the first round warms up
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(several) for name, several in seconds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=0, help="by default the number that torch uses")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    half = has_bfloat16(torch.device("cpu"))
    large = split(load_omniglot(arguments.data), Split.TRAIN)
    small = replace(large, bitmaps=F.interpolate(large.bitmaps[:, None].float(), CONV4.size, mode="area")[:, 0].byte())
    wide = TaskStream(large, TaskShape(60, 1, 4), within=0.5, alphabets=4, variants=True, jitter=Jitter())
    five = TaskStream(small, TaskShape(5, 1, 15), within=0.5, alphabets=4, variants=True, jitter=Jitter())
    inner = equal(steps=1)
    learners: dict[str, tuple[Learner | CloneAndAdapt, TaskBatch]] = {
        "ProtoNet": (ProtoNet(EncoderShape()), wide.batch(0)),
        "MAML": (MAML(CONV4, inner), five.batch(0, TASKS)),
        "Proto-MAML": (ProtoMAML(CONV4, inner), five.batch(0, TASKS)),
        "clone and adapt": (CloneAndAdapt(), five.batch(0, TASKS)),
    }
    counts = {name: gflop(lambda one=one: step(*one, half=False)) for name, one in learners.items()}  # type: ignore[misc]

    one, other = torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE)
    works: dict[str, Callable[[], object]] = {"product": lambda: one @ other}
    for name, both in learners.items():
        works[f"{name}, float32"] = lambda both=both: step(*both, half=False)  # type: ignore[misc]
        if half:
            works[f"{name}, bfloat16"] = lambda both=both: step(*both, half=True)  # type: ignore[misc]
    works["ProtoNet data"] = lambda: wide.batch(0)
    works["MAML data"] = lambda: five.batch(0, TASKS)
    seconds = in_turns(works, arguments.rounds)

    rate = 2 * SIDE**3 / 1e9 / seconds["product"]
    print(f"{torch.get_num_threads()} threads; a product of {SIDE}-square float32 matrices: {rate:.0f} GFLOP/s")
    print("\n| step | seconds | GFLOP | GFLOP/s | of the product's |\n| --- | --- | --- | --- | --- |")
    for name in works:
        if ", float32" in name or ", bfloat16" in name:
            count = counts[name.split(",")[0]]
            speed = count / seconds[name]
            print(f"| {name} | {seconds[name]:.3f} | {count:.0f} | {speed:.0f} | {100 * speed / rate:.0f} % |")
    print("\n| data of | seconds | of the whole step |\n| --- | --- | --- |")
    for name in ("ProtoNet", "MAML"):
        data, rest = seconds[f"{name} data"], seconds[f"{name}, {'bfloat16' if half else 'float32'}"]
        print(f"| {name} | {data:.3f} | {100 * data / (data + rest):.0f} % |")
    print(f"\nPeak memory of all this: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    if torch.cuda.is_available():
        on_cuda(five.batch(0, TASKS), arguments.rounds)


def on_cuda(tasks: TaskBatch, rounds: int) -> None:
    """Print tasks per second, batched and looped."""
    device = torch.device("cuda")
    maml, tasks = MAML(CONV4, equal(steps=1)).to(device).train(), tasks.to(device)

    def batched() -> None:
        maml.zero_grad()
        maml.batched_step(tasks)
        torch.cuda.synchronize()

    def looped() -> None:
        maml.zero_grad()
        for index in range(len(tasks)):
            maml.batched_step(tasks[index : index + 1])
        torch.cuda.synchronize()

    for name, seconds in in_turns({"batched": batched, "looped": looped}, rounds).items():
        print(f"CUDA, {name}: {len(tasks) / seconds:.0f} tasks a second")


if __name__ == "__main__":
    main()
