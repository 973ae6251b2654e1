"""A crew: several processes, on one machine or more, that train one learner together.

`torchrun --nproc-per-node N -m glyphstudio train ...` starts them. Each process computes its part of the tasks of every
meta-batch. torch.distributed combines the gradients, figures and running statistics. So all processes take the step
that one process alone would take, up to rounding, and all have the same weights at all times. The first process prints,
validates and saves.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn

from glyphstudio.engine.device import choose_device
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.evaluate.evaluation import Figure
from glyphstudio.learners.learner import Learner, StepResult
from glyphstudio.plural import counted

# If a process dies, its connections close, and the others see that at once. This limit is for a machine that stops
# answering. It is longer than any validation that the processes wait for.
_SILENCE = timedelta(hours=2)
Buffers = dict[str, Tensor]


class LostProcessError(EngineError):
    """Another process of the crew has ended."""


class Crew:
    """The processes as seen from one of them. With size 1, everything here works as if there were no crew."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size
        self.broken = False

    @property
    def first(self) -> bool:
        """Whether this is the process that prints, validates and saves."""
        return self.rank == 0

    @property
    def saves(self) -> bool:
        """Whether this process writes the state: the first, and any process that remains after another was lost,
        because the lost one may have been the first."""
        return self.first or self.broken

    def share(self, tasks: range) -> range:
        """Return this process's part of a batch: consecutive tasks, and no part is two tasks larger than another."""
        return tasks[len(tasks) * self.rank // self.size : len(tasks) * (self.rank + 1) // self.size]

    def check(self, meta_batch: int, settings: str, step: int) -> None:
        """Raises EngineError if the crew cannot share batches of `meta_batch` tasks, or if its processes are about to
        train different things: other `settings`, or from another `step` on."""
        if meta_batch < self.size:
            raise EngineError(
                f"{self.size} processes cannot share a step of {counted(meta_batch, 'task')}. "
                f"Give --meta-batch {self.size} or more, or start fewer processes."
            )
        if self.size > 1:
            mine = torch.tensor([zlib.crc32(settings.encode()), step])
            both = torch.cat([mine, -mine])
            self._reduce(both, dist.ReduceOp.MAX)
            if not torch.equal(both[:2], -both[2:]):
                raise EngineError(
                    "The processes were started with different settings, or from different states. "
                    "Give all of them the same command, and an output folder that all of them can see."
                )

    def largest(self, number: int) -> int:
        """Return the largest of the processes' numbers. For example, one process's request to stop counts for all."""
        if self.size == 1:
            return number
        numbers = torch.tensor([number])
        self._reduce(numbers, dist.ReduceOp.MAX)
        return int(numbers)

    def from_first(self, figure: Figure | None) -> Figure:
        """Return the first process's figure. The others pass None, and wait for it."""
        if self.size > 1:
            numbers = torch.zeros(3, dtype=torch.float64)
            if figure is not None:
                numbers += torch.tensor([figure.accuracy, figure.ci95, figure.tasks], dtype=torch.float64)
            self._reduce(numbers)  # the others add zeros, so the sum is the first's numbers to the bit
            figure = Figure(float(numbers[0]), float(numbers[1]), int(numbers[2]))
        assert figure is not None  # noqa: S101 - the only process is the first
        return figure

    def combine(self, learner: Learner, before: Buffers, result: StepResult, tasks: int, meta_batch: int) -> StepResult:
        """Combine the processes' parts of a step into the whole step.

        learner: with the mean gradient over this process's `tasks` tasks in `.grad`; afterwards it is the mean over all
        `meta_batch`. before: its buffers before the step (`buffers_of`); afterwards the learner's buffers are as if one
        process had computed all tasks in order. Returns the figures of all tasks.

        Raises LostProcessError if another process has ended. The learner's buffers are then as before the step.
        """
        if self.size == 1:
            return result
        try:
            self._gather_gradients(learner, tasks / meta_batch)
            self._gather_statistics(learner, before, tasks, meta_batch)
            figures = torch.tensor([result.loss, result.accuracy_before, result.accuracy_after], dtype=torch.float64)
            figures *= tasks / meta_batch
            self._reduce(figures)
        except LostProcessError:
            restore(learner, before)
            raise
        return StepResult(*figures.tolist())

    def _gather_gradients(self, learner: Learner, weight: float) -> None:
        parameters = list(learner.parameters())
        # A parameter without a gradient in any process keeps none, and the optimiser does not change it. These few
        # numbers are in CPU memory, where a lost process is noticed; graphics cards would wait for it for ever.
        has = torch.tensor([parameter.grad is not None for parameter in parameters], dtype=torch.int64)
        self._reduce(has)
        reached = [parameter for parameter, count in zip(parameters, has.tolist(), strict=True) if count]
        if not reached:
            return
        parts = [torch.zeros_like(one) if one.grad is None else one.grad for one in reached]
        flat = torch.cat([part.flatten() for part in parts]) * weight  # one message instead of dozens
        self._reduce(flat)
        for parameter, part in zip(reached, torch.split(flat, [one.numel() for one in reached]), strict=True):
            mean = part.reshape(parameter.shape)
            if parameter.grad is None:
                parameter.grad = torch.empty_like(parameter)
            parameter.grad.copy_(mean)  # copy_ keeps its layout in memory

    def _gather_statistics(self, learner: Learner, before: Buffers, tasks: int, meta_batch: int) -> None:
        """After updates by s1, s2, .. a running statistic r is r <- (1 - m) r + m s. It is linear in r and in each s.
        So the contributions of each process can be separated, aged by the tasks that come after, and summed."""
        behind = meta_batch - meta_batch * (self.rank + 1) // self.size  # tasks of the later processes
        norms = {name: norm for name, norm in learner.named_modules() if isinstance(norm, nn.BatchNorm2d)}
        parts, updates = [], {}
        for name, norm in norms.items():
            count = f"{name}.num_batches_tracked"
            updates[name] = int(learner.get_buffer(count) - before[count]) // tasks  # per task
            keep = 1 - (norm.momentum or 0.0)
            for statistic in (f"{name}.running_mean", f"{name}.running_var"):
                own = learner.get_buffer(statistic) - keep ** (updates[name] * tasks) * before[statistic]
                parts.append(keep ** (updates[name] * behind) * own)
        if not any(updates.values()):  # the same for all processes
            return
        flat = torch.cat(parts)
        self._reduce(flat)
        sums = iter(torch.split(flat, [len(part) for part in parts]))
        for name, norm in norms.items():
            keep = 1 - (norm.momentum or 0.0)
            for statistic in (f"{name}.running_mean", f"{name}.running_var"):
                aged = keep ** (updates[name] * meta_batch) * before[statistic]
                learner.get_buffer(statistic).copy_(aged + next(sums))
            count = f"{name}.num_batches_tracked"
            learner.get_buffer(count).copy_(before[count] + updates[name] * meta_batch)

    def _reduce(self, tensor: Tensor, operation: dist.ReduceOp.RedOpType = dist.ReduceOp.SUM) -> None:
        try:
            dist.all_reduce(tensor, operation)
        except RuntimeError as error:
            self.broken = True
            raise LostProcessError(
                "Another process of this training was lost, so it ends here. "
                "Run the same command with --resume to continue from the last complete step."
            ) from error.with_traceback(None)  # its frames would keep the group alive that crew_of has to end


ALONE = Crew()


def buffers_of(learner: Learner) -> Buffers:
    """Copy the learner's buffers, which a step may change besides its gradient."""
    return {name: buffer.clone() for name, buffer in learner.named_buffers()}


def restore(learner: Learner, before: Buffers) -> None:
    """Put the buffers back."""
    with torch.no_grad():
        for name, buffer in learner.named_buffers():
            buffer.copy_(before[name])


@contextmanager
def crew_of(environment: Mapping[str, str], device: str) -> Iterator[Crew]:
    """Join the crew that torchrun's variables in `environment` describe. Without them, this process is alone.

    device: as for `choose_device`. Each process of a machine gets its own CUDA device. Raises EngineError if there are
    too few devices, or if the other processes cannot be reached.
    """
    size = _number(environment, "WORLD_SIZE", 1)
    if size == 1:
        yield ALONE
        return
    rank, local = _number(environment, "RANK"), _number(environment, "LOCAL_RANK", 0)
    backend = "gloo"
    if choose_device(device).type == "cuda":
        if local >= torch.cuda.device_count():
            raise EngineError(
                f"There are more processes on this machine than CUDA devices ({torch.cuda.device_count()}). "
                "Start fewer processes, or give --device cpu."
            )
        torch.cuda.set_device(local)
        backend = "cpu:gloo,cuda:nccl"
    # The first optimiser imports this. If a group existed by then, default arguments of functions would keep it, and
    # its threads would never end.
    from torch.distributed.nn import functional  # noqa: F401

    try:
        dist.init_process_group(backend, rank=rank, world_size=size, timeout=_SILENCE)
    except (RuntimeError, ValueError) as error:
        raise EngineError(
            f"The {size} processes of this training cannot reach each other ({str(error).splitlines()[0]}). "
            "Start them with torchrun, and give it an address that every machine can reach."
        ) from error
    whole = False
    try:
        yield Crew(rank, size)
        whole = True
    finally:
        _leave(whole)


def _leave(whole: bool) -> None:
    """End the group and its threads. A thread that still works while Python ends would need an interpreter that no
    longer exists, to give a tensor back, and would end the process with SIGABRT. whole: whether no process was lost.
    If one was, do not wait, because it will not answer."""
    if not whole and dist.group.WORLD is not None:
        dist.group.WORLD.abort()
    dist.destroy_process_group()


def _number(environment: Mapping[str, str], name: str, default: int | None = None) -> int:
    try:
        return int(environment.get(name, "" if default is None else str(default)))
    except ValueError:
        raise EngineError(
            f"The variable {name} is '{environment.get(name, '')}', which is not a number. "
            "Start the processes with torchrun."
        ) from None
