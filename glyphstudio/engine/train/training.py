"""Meta-training: a generator that takes one outer step at a time.

To pause, do not request the next item. To stop, close the generator. The window, the command line and the tests all
drive it like this. Its state is written beside and renamed, and its next steps depend only on that state.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as save_tensors

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskStream
from glyphstudio.engine.device import choose_device, has_bfloat16
from glyphstudio.engine.errors import EngineError, SavingError
from glyphstudio.engine.evaluate.evaluation import Figure, OnProgress, mean_loss, measure
from glyphstudio.engine.evaluate.memorising import Diagnosis, diagnose, diversity
from glyphstudio.engine.evaluate.protocols import validation_stream
from glyphstudio.engine.runs.runs import STATE_FILE
from glyphstudio.engine.saving import write_beside
from glyphstudio.engine.train.config import TrainConfig, ways_at
from glyphstudio.engine.train.crew import ALONE, Crew, LostProcessError, buffers_of
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.learner import OLDER_INNER, Learner, StepResult

_STATE_FORMAT = "glyphstudio-training-4"
_AGAIN = 20  # steps to the next try if a state could not be saved
_LOSS_TASKS = 40
OnSave = Callable[[str | None], None]  # why the state could not be saved; None if it was saved


@dataclass(frozen=True)
class Progress:
    """The result of one outer step. At the steps that measure, `validation` is the figure on held-out alphabets,
    `validation_loss` the mean loss there (nats, a softmax over the ways), and `diagnosis` the signs of memorising. In a
    crew, only the first process gets these three."""

    step: int
    steps: int
    result: StepResult
    rate: float
    seconds: float
    validation: Figure | None = None
    validation_loss: float | None = None
    diagnosis: Diagnosis | None = None


@dataclass(frozen=True)
class Best:
    """The weights with the best validation so far, their step, and their accuracy."""

    step: int
    accuracy: float
    tensors: dict[str, torch.Tensor]


class Training:
    """A learner with its optimiser, between two steps."""

    def __init__(self, config: TrainConfig, classes: int = 0, start: Learner | None = None) -> None:
        """classes: of the source (`TaskStream.classes`), for the learners of all classes at once. start: the learner
        that `config.start` names; this one starts with its encoder, and with all other tensors that fit."""
        self.config, self.classes = config, classes
        self.device = choose_device(config.device)
        torch.manual_seed(config.seed)
        self.learner: Learner = LEARNERS[config.learner](config.encoder, config.inner, classes)
        if start is not None:
            _begin_with(self.learner, start)
        self.learner.to(self.device)
        self.optimizer = torch.optim.AdamW(self.learner.parameters(), lr=config.rate, weight_decay=config.weight_decay)
        self.step = 0
        self.validated = 0  # the step of the last validation
        self.best: Best | None = None

    def keep_if_best(self, figure: Figure) -> None:
        """Remember the learner's weights if no earlier validation was better."""
        if self.best is None or figure.accuracy >= self.best.accuracy:
            tensors = {name: tensor.detach().clone() for name, tensor in self.learner.state_dict().items()}
            self.best = Best(self.step, figure.accuracy, tensors)

    def take_best(self) -> None:
        """Restore the best weights, if there are any."""
        if self.best is not None:
            self.learner.load_state_dict(self.best.tensors)

    def save(self, folder: Path, rank: int = 0) -> None:
        """Write the whole state to `folder`, beside and renamed. rank: of the process in its crew.

        Raises EngineError if that fails, or if the state has a number that is not finite. Then nothing is written,
        because the state on disk is the better one.
        """
        tensors = {f"learner.{name}": tensor for name, tensor in self.learner.state_dict().items()}
        for index, parameter in enumerate(self.learner.parameters()):
            for name, tensor in self.optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer.{index}.{name}"] = tensor
        metadata = {"format": _STATE_FORMAT, "step": str(self.step), "config": self.config.as_json()}
        metadata |= {"classes": str(self.classes), "validated": str(self.validated)}
        if self.best is not None:
            tensors |= {f"best.{name}": tensor for name, tensor in self.best.tensors.items()}
            metadata |= {"best step": str(self.best.step), "best accuracy": repr(self.best.accuracy)}
        if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
            raise EngineError(f"The weights stopped being numbers before step {self.step + 1}. {_slower(self.config)}")
        data = save_tensors({name: tensor.contiguous() for name, tensor in tensors.items()}, metadata)
        # Not `own_part`, but always one name, so the next save clears up after a killed one.
        part = folder / f"{STATE_FILE}.{rank}.part" if rank else None
        write_beside(folder / STATE_FILE, data, "The training's state", part)

    @staticmethod
    def load(folder: Path, config: TrainConfig, classes: int = 0) -> Training:
        """Load the state that `save` wrote to `folder`. Raises EngineError if it is missing or of other settings."""
        path = folder / STATE_FILE
        if not path.is_file():
            raise EngineError(f"There is no interrupted training in {folder}. Leave out --resume to start one.")
        training = Training(config, classes)
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                if metadata.get("format") != _STATE_FORMAT:
                    raise EngineError(
                        f"{path} is not the state of a training by this version of GlyphStudio. "
                        "Start a new training in another folder."
                    )
                stored = _completed(json.loads(metadata["config"]))
                if changed := ", ".join(_differences(stored, json.loads(config.as_json()))):
                    raise EngineError(
                        f"The training in {folder} was started with other settings ({changed}). "
                        "Give the same settings to resume it, or another folder to start again."
                    )
                if int(metadata["classes"]) != classes:
                    raise EngineError(
                        f"The training in {folder} was started on {metadata['classes']} classes, and there are "
                        f"{classes}. "
                        "Give the same data to resume it, or another folder to start again."
                    )
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                training._restore(int(metadata["step"]), tensors, metadata)
        except (SafetensorError, OSError, KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
            raise EngineError(f"{path} is damaged ({error}). Start a new training in another folder.") from error
        return training

    def _restore(self, step: int, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
        """Raises ValueError if the tensors are not exactly those of a training after `step` steps."""
        if not 0 <= step <= self.config.steps:
            raise ValueError(f"step {step} of {self.config.steps}")
        self.validated = int(metadata["validated"])
        if not 0 <= self.validated <= step:
            raise ValueError(f"validated at step {self.validated} of {step}")
        own = self.learner.state_dict()
        expected = {f"learner.{name}": tensor.shape for name, tensor in own.items()}
        if step:
            for index, parameter in enumerate(self.learner.parameters()):
                moments = {"step": torch.Size(), "exp_avg": parameter.shape, "exp_avg_sq": parameter.shape}
                if f"optimizer.{index}.step" in tensors:  # a parameter without gradients so far has no moments
                    expected |= {f"optimizer.{index}.{name}": shape for name, shape in moments.items()}
        if "best step" in metadata:
            expected |= {f"best.{name}": tensor.shape for name, tensor in own.items()}
        odd = sorted(expected.items() ^ {name: tensor.shape for name, tensor in tensors.items()}.items())
        if odd:
            raise ValueError(f"tensor '{odd[0][0]}' is missing or not expected")
        self.learner.load_state_dict({name: tensors[f"learner.{name}"] for name in own})
        packed = self.optimizer.state_dict()
        for name, tensor in tensors.items():
            if name.startswith("optimizer."):
                _, number, moment = name.split(".")
                packed["state"].setdefault(int(number), {})[moment] = tensor
        self.optimizer.load_state_dict(packed)
        if "best step" in metadata:
            kept = {name: tensors[f"best.{name}"].to(self.device) for name in own}
            self.best = Best(int(metadata["best step"]), float(metadata["best accuracy"]), kept)
            if not 0 <= self.best.step <= step:
                raise ValueError(f"best at step {self.best.step} of {step}")
        self.step = step


def _begin_with(learner: Learner, start: Learner) -> None:
    """Raises EngineError if the encoders differ."""
    if learner.shape != start.shape:
        raise EngineError(
            f"The weights to start from have a different encoder ({start.shape}) from the settings ({learner.shape}). "
            "Choose the same encoder, or start from other weights."
        )
    own, given = learner.state_dict(), start.state_dict()
    fitting = {name: given[name] for name in own if name in given and given[name].shape == own[name].shape}
    learner.load_state_dict({**own, **fitting})


def _slower(config: TrainConfig) -> str:
    """Say what to do if numbers are no longer finite: the outer steps or those of the inner loop may be too long."""
    if not LEARNERS[config.learner].gradient_based:
        return f"Train again with a lower learning rate than {config.rate:g}."
    return (
        f"Train again with a lower learning rate than {config.rate:g}, or lower ones of the inner loop than "
        f"{config.inner.rate:g} and, for the head, {config.inner.head_rate:g}."
    )


def _completed(config: dict[str, Any]) -> dict[str, Any]:
    """Return stored settings with those that earlier versions did not have yet."""
    return {
        **{"extra": 0.4, "least_ways": 0},
        **config,
        "encoder": {"blocks": "plain", "copies": 1, "groups": 8} | config["encoder"],
        "inner": OLDER_INNER | config["inner"],
    }


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the names of the settings that differ. A learner without an inner loop ignores the settings of one."""
    ignored = set() if LEARNERS[new["learner"]].gradient_based else {"inner"}
    return sorted(key for key in (old.keys() | new.keys()) - ignored if old.get(key) != new.get(key))


def rate_at(step: int, config: TrainConfig) -> float:
    """Return the learning rate of step `step` (from 0): a cosine up over the first quarter, then a cosine down."""
    rise = max(config.steps // 4, 1)
    if step < rise:
        return config.rate * (0.04 + 0.96 * (1 - math.cos(math.pi * step / rise)) / 2)
    return config.rate * (1 + math.cos(math.pi * (step - rise) / max(config.steps - rise, 1))) / 2


def meta_train(
    training: Training,
    stream: TaskStream,
    held_out: Drawings | None = None,
    folder: Path | None = None,
    crew: Crew = ALONE,
    *,
    on_save: OnSave | None = None,
    on_measure: OnProgress | None = None,
) -> Generator[Progress]:
    """Take the remaining steps, and yield one item for each.

    With `folder`, the state is saved there every `save_every` steps, at each validation, at the end, and when the
    generator is closed. With a `crew`, every process of it iterates, and computes its part of every step.

    on_save: called at every try to save. With it, a full disk does not end the training, which tries again every few
    steps. on_measure: called for each task of a validation, and, with the numbers of the last task, for what is
    measured besides. It may raise to end the validation, which then starts again when the training is resumed.

    Raises EngineError if the loss or its gradient is no longer a finite number, if the state cannot be saved, or if a
    process of the crew was lost. The last saved state is then still good; after a lost process, it is that of the last
    complete step. An exception from inside a step (Ctrl-C, say) leaves a state that is neither before nor after it, and
    that state is never saved.
    """
    config = training.config
    crew.check(config.meta_batch, config.as_json(), training.step)
    checks = None if held_out is None else _Checks(stream, held_out, config, on_measure)
    saved, whole, owed = (training.step, training.validated), True, False

    def save() -> None:
        nonlocal saved, owed
        if folder is None or not crew.saves:
            return
        try:
            training.save(folder, crew.rank)
        except SavingError as error:
            if on_save is None:
                raise
            owed = True
            on_save(str(error))
        else:
            saved, owed = (training.step, training.validated), False
            if on_save is not None:
                on_save(None)

    try:
        if checks is not None and checks.due(training):  # it ended during a validation
            checks.measure(training, crew)
        while training.step < config.steps:
            start = time.perf_counter()
            try:
                whole = False
                result, rate = _step(training, stream, crew)
                whole = True
            except LostProcessError:
                whole = True  # nothing of the step is left
                raise
            seconds = time.perf_counter() - start
            due = checks is not None and checks.due(training)
            again = owed and training.step % _AGAIN == 0
            if due or again or training.step == config.steps or training.step % config.save_every == 0:
                save()
            figure = loss = diagnosis = None
            if checks is not None and due:
                figure, loss, diagnosis = checks.measure(training, crew)
                save()
            yield Progress(training.step, config.steps, result, rate, seconds, figure, loss, diagnosis)
    finally:
        if whole and (training.step, training.validated) != saved:
            save()


def _step(training: Training, stream: TaskStream, crew: Crew) -> tuple[StepResult, float]:
    """Take one outer step. Return its figures and its learning rate. Raises EngineError if numbers are not finite."""
    config, learner = training.config, training.learner
    rate = rate_at(training.step, config)
    for group in training.optimizer.param_groups:
        group["lr"] = rate
    first = training.step * config.meta_batch
    tasks = stream.tasks(crew.share(range(first, first + config.meta_batch)))
    # The ways that are left out were drawn in vain. That is a small part of a step, and every task keeps its number.
    tasks = tasks.first_ways(ways_at(config, training.step)).to(training.device)
    before = buffers_of(learner)
    learner.train()
    training.optimizer.zero_grad()
    with torch.autocast(training.device.type, torch.bfloat16, enabled=has_bfloat16(training.device)):
        result = learner.meta_step(tasks)
    result = crew.combine(learner, before, result, len(tasks), config.meta_batch)
    length = float(torch.nn.utils.clip_grad_norm_(learner.parameters(), config.clip))
    for name, number in (("loss", result.loss), ("gradient", length)):
        if not math.isfinite(number):
            raise EngineError(f"The {name} stopped being a number at step {training.step + 1}. {_slower(config)}")
    training.optimizer.step()
    training.step += 1
    return result, rate


class _Checks:
    """What is measured on held-out alphabets, and when."""

    def __init__(
        self, stream: TaskStream, held_out: Drawings, config: TrainConfig, on_measure: OnProgress | None
    ) -> None:
        self._stream, self._held_out, self._on_measure = stream, held_out, on_measure
        self._tasks = validation_stream(held_out, seed=config.seed + 1)
        self._diversity = diversity(stream)

    def due(self, training: Training) -> bool:
        """Whether a measurement is due after this step, and not yet made."""
        step, config = training.step, training.config
        return step > training.validated and (step == config.steps or step % config.validate_every == 0)

    def measure(self, training: Training, crew: Crew) -> tuple[Figure | None, float | None, Diagnosis | None]:
        """Measure, and keep the weights if they are the best. All processes then agree on the best."""
        config, figure, loss, diagnosis = training.config, None, None, None
        tasks, learner = config.validation_tasks, training.learner

        def besides(_done: int, _total: int) -> None:
            if self._on_measure is not None:
                self._on_measure(tasks, tasks)

        if crew.first:
            figure = measure(learner, self._tasks, tasks, self._on_measure)
            loss = mean_loss(learner, self._tasks, min(_LOSS_TASKS, tasks), besides)
            kinds = (self._stream, self._held_out, self._diversity)
            diagnosis = diagnose(learner, *kinds, config.seed + 2, on_progress=besides)
        training.keep_if_best(crew.from_first(figure))
        training.validated = training.step
        return figure, loss, diagnosis


def diagnosis_of(
    training: Training, stream: TaskStream, held_out: Drawings, on_progress: OnProgress | None = None
) -> Diagnosis:
    """Return the signs of memorising in the learner's current state, on tasks different from those in training."""
    seed = training.config.seed + 400
    return diagnose(training.learner, stream, held_out, diversity(stream), seed, on_progress=on_progress)
