"""MAML and first-order MAML: a start from which a few steps of gradient descent are enough.

Finn, Abbeel, Levine (2017), "Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks". The inner loop
descends the loss of the support set, from the meta-learned weights theta to a task's own phi. The outer loop descends,
in theta, the loss of the queries under phi (equation 1). `order` 2 differentiates through the inner loop; `order` 1
uses the gradient at phi in place of the one at theta (section 5.2).

- The head has one meta-learned vector for each way of the training tasks, as in the paper, and serves any number of
  ways: a task of N ways takes the first N vectors, and starts with the first again if there are too few. The gradient
  of a mean over ways shrinks with their number, so the head's rate is multiplied by N / `vectors`.
- Equal vectors instead (`vectors` 0) add the same to every score, which changes no softmax, no gradient and no answer;
  they are zero here. Then there is no order of ways to memorise (Ye and Chao 2022, "How to Train Your MAML to Excel in
  Few-Shot Classification", UNICORN-MAML), but the first step moves the head only: no gradient reaches the encoder. With
  embeddings of length one and a high rate, that step is nearest prototype on the learner's own encoder.
- The paper normalises by the statistics of the batch, so each answer depends on the other queries. No answer may do so
  here: the encoder normalises each drawing by itself (`encoders/strided.py`), or by the statistics that are stored with
  its weights.
- A graphics card takes all tasks of a batch at once, because one task is too little work for it. After the first inner
  step every task has its own weights, so the weights get one more dimension, for tasks. `torch.func.vmap` turns each
  operation on one task's weights into the operation on all of them. No task's loss depends on another task's weights,
  so the gradient of the sum of their losses is each task's own gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.func import vmap
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.kinds import encoder_of
from glyphstudio.learners.gradient.inner import Losses, Weights, descend, descent
from glyphstudio.learners.gradient.threads import side_by_side
from glyphstudio.learners.learner import Classifier, GradientLearner, InnerLoop, StepResult, in_full, way_labels
from glyphstudio.learners.protonet import prototypes

_LATER = 0.1  # factor on the rate of a head of zeros after the first step, which places the classes
_SPREAD = 0.01  # standard deviation of the first class vectors
_AT_ONCE = 256  # shots in one pass that needs no differentiation through the inner loop
_FEW = 64  # shots in one pass of an inner loop that `watch` follows, so that it can stop soon
Named = dict[str, Tensor]
Head = tuple[Tensor, Tensor]  # weights (N, D) and biases (N,)


class Adapted(Classifier):
    """The weights at the end of the inner loop."""

    def __init__(self, learner: MAML, fast: Named, head: Head) -> None:
        super().__init__(learner)
        self._maml, self._fast, self._head = learner, fast, head

    def score(self, remembered: Tensor) -> Tensor:
        return self._maml.scores(remembered, self._fast, self._head)


class AtStart(Classifier):
    """A head on the embeddings at the start of the inner loop."""

    def __init__(self, learner: MAML, head: Head) -> None:
        super().__init__(learner)
        self._maml, self._head = learner, head

    def score(self, remembered: Tensor) -> Tensor:
        return self._maml.scores(remembered, {}, self._head)


class MAML(GradientLearner):
    """Adapts encoder and head. Parameters: the encoder's, the head's, and the rates if they are learned."""

    name = "maml"
    title = "MAML"
    second_order = True

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.encoder = encoder_of(shape).eval()
        self.order = self.inner.order if self.second_order else 1
        self.adapted = self.to_adapt()
        self.vectors = self.biases = None
        if self.inner.vectors:
            self.vectors = nn.Parameter(_SPREAD * torch.randn(self.inner.vectors, shape.length))
            self.biases = nn.Parameter(torch.zeros(self.inner.vectors))
        # Whether the head starts with the same vector for each way. Then every answer is 1/N, for any embedding. The
        # first step has no gradient for the encoder, of any order, so none is computed.
        self.begins_alike = self.vectors is None
        rates = torch.full((max(self.inner.steps, 1), len(self.adapted) + 1), self.inner.rate)
        rates[:, -1] = self.inner.head_rate * (_LATER if self.begins_alike else 1)
        rates[0, -1] = self.inner.head_rate
        # Stored as logarithms, so that a rate stays positive and moves by a fraction of itself.
        if self.inner.learn_rates:
            self.log_rates = nn.Parameter(rates.log())
        else:
            self.register_buffer("log_rates", rates.log())

    def rates(self, step: int) -> Tensor:
        """Return the (P + 1,) rates of inner step `step` (from 0): of each adapted tensor, and of the head. Steps
        beyond the trained number use the last step's rates."""
        return self.log_rates[min(step, len(self.log_rates) - 1)].exp()

    def rates_for(self, step: int, ways: int) -> list[Tensor]:
        """Return the same rates, one for each of the tensors of `start`."""
        *encoder, head = self.rates(step)
        head = head * (ways / max(self.inner.vectors, 1))
        return [*encoder, head, head]

    def train(self, mode: bool = True) -> MAML:
        """Batch normalisation keeps its statistics, in training too."""
        super().train(mode)
        self.encoder.eval()
        return self

    def to_adapt(self) -> list[str]:
        """The names of the encoder's tensors that the inner loop changes."""
        return [name for name, _ in self.encoder.named_parameters()]

    # What the learner keeps of a drawing, and its embedding under a task's own weights

    def remember(self, bitmaps: Tensor) -> Tensor:
        return bitmaps.flatten(1)

    def features(self, remembered: Tensor, fast: Named) -> Tensor:
        """(B, D) remembered drawings -> (B, E) embeddings. The weights in `fast` replace the encoder's own."""
        return self.embeddings(remembered.reshape(-1, 1, self.shape.size, self.shape.size), fast)

    def embeddings(self, bitmaps: Tensor, fast: Named) -> Tensor:
        """(B, 1, S, S) -> (B, E), each of length one if the settings say so."""
        embeddings = in_full(self.encoder.under(fast, bitmaps))
        return F.normalize(embeddings, dim=1) if self.inner.unit else embeddings

    def start_features(self, shots: Tensor) -> Tensor:
        """(M, D) remembered drawings -> (M, E) embeddings at the start of the inner loop, a few drawings at a time."""
        return torch.cat([self.features(some, {}) for some in torch.split(shots, _AT_ONCE)])

    def start_weights(self) -> Named:
        """The encoder's weights that the inner loop changes, at its start."""
        own = dict(self.encoder.named_parameters())
        # Views, so that their gradient does not include that of a head made from the same weights.
        return {name: own[name].view_as(own[name]) for name in self.adapted}

    def start_head(self, shots: Tensor, labels: Tensor) -> Head:
        """The head at the start of the inner loop. shots: (M, D), remembered."""
        ways = int(labels.max()) + 1
        if self.vectors is None or self.biases is None:
            return self.log_rates.new_zeros(ways, self.shape.length), self.log_rates.new_zeros(ways)
        which = torch.arange(ways, device=labels.device) % len(self.vectors)
        return self.vectors[which], self.biases[which]

    def scores(self, remembered: Tensor, fast: Named, head: Head) -> Tensor:
        """(B, D) remembered drawings -> (B, N) scores."""
        features = self.features(remembered, fast)
        with torch.autocast(features.device.type, enabled=False):
            return features @ head[0].T + head[1]

    # The inner loop

    def start(self, shots: Tensor, labels: Tensor) -> Weights:
        """theta: everything that the inner loop changes."""
        return (*self.start_weights().values(), *self.start_head(shots, labels))

    def named(self, weights: Weights) -> tuple[Named, Head]:
        """Split such tensors into the encoder's, by name, and the head."""
        *encoder, vectors, biases = weights
        return dict(zip(self.adapted, encoder, strict=True)), (vectors, biases)

    def descend(self, start: Weights, shots: Tensor, labels: Tensor, steps: int, order: int) -> tuple[Named, Head]:
        """Take `steps` steps down the support set's loss, from theta to phi. order: see `inner.descent`."""
        *_, weights = self.descent(start, shots, labels, steps, order)
        return self.named(weights)

    def descent(self, start: Weights, shots: Tensor, labels: Tensor, steps: int, order: int) -> Iterator[Weights]:
        """Yield the weights after 0, 1, .. `steps` of these steps."""
        # A few at a time, unless the caller differentiates through all of them.
        losses = self.support_loss(shots, labels, len(shots) if order == 2 else _AT_ONCE)
        ways = int(labels.max()) + 1
        return descent(losses, start, lambda step: self.rates_for(step, ways), steps, order)

    def support_loss(self, shots: Tensor, labels: Tensor, at_once: int) -> Losses:
        """The losses that the inner loop descends, with `at_once` shots in each part."""
        parts = [torch.split(whole, at_once) for whole in (shots, labels, share_of_each(labels, shots))]

        def losses(step: int, weights: Weights) -> Iterator[Tensor]:
            fast, head = self.named(weights)
            if step == 0 and self.begins_alike:
                fast = {}
            for some, own, weight in zip(*parts, strict=True):
                scores = self.scores(some, fast, head)
                yield (F.cross_entropy(scores, own, reduction="none") * weight).sum()

        return losses

    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        # Code that only needs answers runs without gradients. The inner loop needs them, and needs copies of its
        # tensors, because tensors made in inference mode cannot have gradients.
        with torch.inference_mode(False), torch.no_grad():
            shots, labels = shots.clone(), labels.clone()
            start = tuple(part.detach() for part in self.start(shots, labels))
            with torch.enable_grad():
                fast, head = self.descend(start, shots, labels, self.inner.steps if steps is None else steps, order=1)
        return self._adapted(fast, head)

    def learn_head(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        with torch.inference_mode(False), torch.no_grad():  # as `learn`
            shots, labels = shots.clone(), labels.clone()
            features, ways, each = self.start_features(shots), int(labels.max()) + 1, share_of_each(labels, shots)

            def losses(_step: int, head: Weights) -> Iterator[Tensor]:
                scores = features @ head[0].T + head[1]
                yield (F.cross_entropy(scores, labels, reduction="none") * each).sum()

            start = tuple(part.detach() for part in self.start_head(shots, labels))
            count = self.inner.steps if steps is None else steps
            with torch.enable_grad():
                head = descend(losses, start, lambda step: self.rates_for(step, ways)[-2:], count, order=1)
        return AtStart(self, (head[0].detach(), head[1].detach()))

    def nearest_before(self, shots: Tensor, labels: Tensor) -> Classifier:
        # |q - c|^2 is |c|^2 - 2 c.q, apart from |q|^2, which all ways share.
        centres = prototypes(self.start_features(shots), labels)
        return AtStart(self, (2 * centres, -centres.square().sum(1)))

    def watch(
        self, shots: Tensor, labels: Tensor, steps: int, go_on: Callable[[], None]
    ) -> list[tuple[float, Classifier]]:
        seen: list[tuple[float, Classifier]] = []
        lost: list[float] = []  # the loss of each part in this step

        with torch.inference_mode(False), torch.no_grad():  # as `learn`
            shots, labels = shots.clone(), labels.clone()
            losses, ways = self.support_loss(shots, labels, _FEW), int(labels.max()) + 1

            def heard(step: int, weights: Weights) -> Iterator[Tensor]:
                lost.clear()
                for loss in losses(step, weights):
                    go_on()
                    lost.append(float(loss.detach()))
                    yield loss

            start = tuple(part.detach() for part in self.start(shots, labels))
            passed = descent(heard, start, lambda step: self.rates_for(step, ways), steps, order=1)
            weights = next(passed)
            for step in range(steps + 1):
                classifier = self._adapted(*self.named(weights))
                if step < steps:
                    with torch.enable_grad():
                        weights = next(passed)  # this requests the step's loss
                else:
                    for _ in heard(step, weights):
                        pass
                seen.append((sum(lost), classifier))
        return seen

    def _adapted(self, fast: Named, head: Head) -> Classifier:
        kept = {name: tensor.detach() for name, tensor in fast.items()}
        return Adapted(self, kept, (head[0].detach(), head[1].detach()))

    # The outer loop

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        if tasks.support.device.type == "cuda":
            return self.batched_step(tasks)
        parameters = [parameter for parameter in self.parameters() if parameter.requires_grad]
        results = []
        pairs = list(zip(tasks.support, tasks.query, strict=True))
        for result, gradients in side_by_side(lambda pair: self._one(*pair, parameters), pairs):
            results.append(result)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                if gradient is not None:
                    share = gradient / len(tasks)
                    parameter.grad = share if parameter.grad is None else parameter.grad + share
        return StepResult.mean(results)

    def _one(
        self, support: Tensor, query: Tensor, parameters: list[nn.Parameter]
    ) -> tuple[StepResult, tuple[Tensor | None, ...]]:
        """Return one task's result and the gradient of its loss. Change nothing: threads do this side by side."""
        ways, device = len(support), support.device
        shots, asked = self.remember(support.flatten(0, 1)), self.remember(query.flatten(0, 1))
        labels, answers = (way_labels(ways, part.shape[1], device) for part in (support, query))
        start = self.start(shots, labels)
        passed = list(self.descent(start, shots, labels, self.inner.steps, self.order))
        outer = [self.scores(asked, *self.named(weights)) for weights in self.judged(passed)]
        loss = torch.stack([F.cross_entropy(logits, answers) for logits in outer]).mean()
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        before = 1 / ways  # as long as all ways score the same, an answer is a guess
        if not self.begins_alike:
            with torch.no_grad():
                before = share_right(self.scores(asked, {}, self.named(start)[1]), answers)
        return StepResult(float(loss.detach()), before, share_right(outer[-1], answers)), gradients

    def judged(self, passed: list[Weights]) -> list[Weights]:
        """Return the weights whose losses are the outer loss: the last, or all after a step."""
        return passed[1:] if self.inner.every_step and len(passed) > 1 else passed[-1:]

    def batched_step(self, tasks: TaskBatch) -> StepResult:
        """Do for all tasks at once what `meta_step` does task by task. The gradients are the same up to rounding."""
        count, ways, device = len(tasks), tasks.support.shape[1], tasks.support.device
        labels, answers = (way_labels(ways, part.shape[2], device) for part in (tasks.support, tasks.query))
        shots, asked = (
            self.remember(part.flatten(0, 2)).reshape(count, part.shape[1] * part.shape[2], -1)
            for part in (tasks.support, tasks.query)
        )
        # All tasks have the same labels: the first way, the second, ...
        start = vmap(lambda own: self.start(own, labels))(shots)

        def scores(weights: Weights, drawings: Tensor, still: bool) -> Tensor:
            fast, head = self.named(weights)
            return self.scores(drawings, {} if still else fast, head)

        def support_losses(step: int, weights: Weights) -> Iterator[Tensor]:
            still = step == 0 and self.begins_alike
            yield vmap(lambda own, drawings: F.cross_entropy(scores(own, drawings, still), labels))(
                weights, shots
            ).sum()

        rates = [self.rates_for(step, ways) for step in range(self.inner.steps)]
        passed = list(descent(support_losses, start, rates.__getitem__, self.inner.steps, self.order))
        outer = [
            vmap(lambda own, drawings: scores(own, drawings, still=False))(weights, asked)  # (T, N * Q, N)
            for weights in self.judged(passed)
        ]
        loss = torch.stack([F.cross_entropy(logits.flatten(0, 1), answers.repeat(count)) for logits in outer]).mean()
        torch.autograd.backward(loss)
        before = 1 / ways
        if not self.begins_alike:
            with torch.no_grad():
                guesses = vmap(lambda own, drawings: scores(own, drawings, still=True))(start, asked)
            before = share_right(guesses, answers)
        return StepResult(float(loss.detach()), before, share_right(outer[-1], answers))


def share_of_each(labels: Tensor, like: Tensor) -> Tensor:
    """(M,) labels -> (M,) the share of each shot in the loss of a support set, in the precision of `like`: ways weigh
    the same, with any number of shots."""
    each = 1 / torch.bincount(labels).to(like.dtype)[labels]
    shares: Tensor = each / each.sum()
    return shares


def share_right(logits: Tensor, answers: Tensor) -> float:
    """(.., Q, N) scores and (Q,) answers -> the share of right answers."""
    return float((logits.detach().argmax(-1) == answers).float().mean())
