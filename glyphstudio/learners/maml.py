"""MAML, first-order MAML, Proto-MAML and ANIL: a start from which a few steps of gradient descent are enough.

Finn, Abbeel, Levine (2017), "Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks". The inner loop
descends the loss of the support set from the meta-learned weights theta to a task's own phi; the outer loop descends,
in theta, the loss of the queries under phi (equation 1). `order` 2 differentiates through the inner loop, 1 takes the
gradient at phi for the one at theta (section 5.2).

- Any number of ways: the head begins with the same class vector for each (Ye and Chao 2022, "How to Train Your MAML to
  Excel in Few-Shot Classification", UNICORN-MAML), so there is no order of ways to memorise. Theirs is meta-learned;
  but what adds the same to every score changes no softmax, no gradient and no answer, so ours is zero. The head's rate
  is for each way: the loss is a mean over ways, whose gradient for any one vector shrinks with N.
- `ProtoMAML` begins with the head that acts as nearest prototype does (Triantafillou et al. 2020, "Meta-Dataset").
- `ANIL` adapts the head only (Raghu et al. 2020, "Rapid Learning or Feature Reuse?").
- Embeddings are of length one for the head, and batch normalisation keeps the statistics that the weights came with:
  with those of a batch an answer would depend on the other queries.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.batched import batched_step
from glyphstudio.learners.encoder import Encoder, EncoderShape
from glyphstudio.learners.inner import Weights, descend
from glyphstudio.learners.learner import Classifier, InnerLoop, Learner, StepResult, in_full, way_labels
from glyphstudio.learners.protonet import prototypes
from glyphstudio.learners.threads import side_by_side

_LATER = 0.1  # of the head's rate, after the first step: that one places the classes, the others correct them
_AT_ONCE = 256  # shots in one pass that nobody differentiates through
Named = dict[str, Tensor]
Head = tuple[Tensor, Tensor]  # weights (N, D) and biases (N,)


class Adapted(Classifier):
    """The weights that the inner loop ended at."""

    def __init__(self, learner: MAML, fast: Named, head: Head) -> None:
        super().__init__(learner)
        self._maml, self._fast, self._head = learner, fast, head

    def score(self, remembered: Tensor) -> Tensor:
        return self._maml.scores(remembered, self._fast, self._head)


class MAML(Learner):
    """See the module. Parameters: the encoder's, and the rates where they are learned.

    order: of the meta-gradient in training, unless `inner` asks for the first.
    """

    name = "maml"
    title = "MAML"
    gradient_based = True
    order: ClassVar[int] = 2
    adapts_encoder: ClassVar[bool] = True
    # Whether the head begins with the same vector for each way. Then every answer is 1/N, whatever the embedding: the
    # first step has no gradient for the encoder, of any order, and none is computed.
    begins_alike: ClassVar[bool] = True

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.encoder = Encoder(shape).eval()
        self.adapted = [name for name, _ in self.encoder.named_parameters()] if self.adapts_encoder else []
        rates = torch.full((max(self.inner.steps, 1), len(self.adapted) + 1), self.inner.rate)
        rates[:, -1] = self.inner.head_rate * _LATER
        rates[0, -1] = self.inner.head_rate
        # As logarithms, so that a rate stays positive and moves by shares of itself.
        if self.inner.learn_rates:
            self.log_rates = nn.Parameter(rates.log())
        else:
            self.register_buffer("log_rates", rates.log())

    def rates(self, step: int) -> Tensor:
        """(P + 1,) rates of inner step `step` (0-based): of each adapted tensor, and of the head. Steps beyond those
        that it was trained with go on with the last one's."""
        return self.log_rates[min(step, len(self.log_rates) - 1)].exp()

    def rates_for(self, step: int, ways: int) -> list[Tensor]:
        """The same, one for each of the tensors of `start`."""
        *encoder, head = self.rates(step)
        return [*encoder, ways * head, ways * head]

    def train(self, mode: bool = True) -> MAML:
        """The statistics of batch normalisation stay as they are, in training too."""
        super().train(mode)
        self.encoder.eval()
        return self

    # What is kept of a drawing, and what the encoder makes of it under a task's own weights

    def remember(self, bitmaps: Tensor) -> Tensor:
        return bitmaps.flatten(1)

    def features(self, remembered: Tensor, fast: Named) -> Tensor:
        """(B, D) remembered drawings -> (B, E) unit embeddings under the weights `fast`, where they differ."""
        return self.unit_embeddings(remembered.reshape(-1, 1, self.shape.size, self.shape.size), fast)

    def unit_embeddings(self, bitmaps: Tensor, fast: Named) -> Tensor:
        """(B, 1, S, S) -> (B, E), each of length one."""
        embeddings = self.encoder.under(fast, bitmaps)
        return F.normalize(in_full(embeddings), dim=1)

    def start_weights(self) -> Named:
        """The encoder's weights that the inner loop changes, as it begins."""
        own = dict(self.encoder.named_parameters())
        # Views: a gradient for them is not one for a head that was made of the same weights.
        return {name: own[name].view_as(own[name]) for name in self.adapted}

    def start_head(self, shots: Tensor, labels: Tensor) -> Head:
        """As the inner loop begins. shots: (M, D), remembered."""
        ways = int(labels.max()) + 1
        return self.log_rates.new_zeros(ways, self.shape.embedding), self.log_rates.new_zeros(ways)

    def scores(self, remembered: Tensor, fast: Named, head: Head) -> Tensor:
        """(B, D) remembered drawings -> (B, N) scores."""
        features = self.features(remembered, fast)
        with torch.autocast(features.device.type, enabled=False):
            return features @ head[0].T + head[1]

    # The inner loop

    def start(self, shots: Tensor, labels: Tensor) -> Weights:
        """theta: all that the inner loop changes."""
        return (*self.start_weights().values(), *self.start_head(shots, labels))

    def named(self, weights: Weights) -> tuple[Named, Head]:
        """Such tensors by name, and the head."""
        *encoder, vectors, biases = weights
        return dict(zip(self.adapted, encoder, strict=True)), (vectors, biases)

    def descend(self, start: Weights, shots: Tensor, labels: Tensor, steps: int, order: int) -> tuple[Named, Head]:
        """From theta to phi: `steps` steps down the support set's loss. order: see `inner.descend`."""
        each = 1 / torch.bincount(labels).to(shots.dtype)[labels]
        each = each / each.sum()  # ways weigh the same, however many shots they have
        # A few at a time, unless somebody wants to differentiate through all of them.
        parts = [torch.split(whole, len(shots) if order == 2 else _AT_ONCE) for whole in (shots, labels, each)]

        def losses(step: int, weights: Weights) -> Iterator[Tensor]:
            fast, head = self.named(weights)
            if step == 0 and self.begins_alike:
                fast = {}
            for some, own, weight in zip(*parts, strict=True):
                scores = self.scores(some, fast, head)
                yield (F.cross_entropy(scores, own, reduction="none") * weight).sum()

        ways = int(labels.max()) + 1
        return self.named(descend(losses, start, lambda step: self.rates_for(step, ways), steps, order))

    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        # Whoever only wants answers forbids gradients. The inner loop needs its own, and of copies, since what
        # inference mode made can have none.
        with torch.inference_mode(False), torch.no_grad():
            shots, labels = shots.clone(), labels.clone()
            start = tuple(part.detach() for part in self.start(shots, labels))
            with torch.enable_grad():
                fast, head = self.descend(start, shots, labels, self.inner.steps if steps is None else steps, order=1)
        kept = {name: tensor.detach() for name, tensor in fast.items()}
        return Adapted(self, kept, (head[0].detach(), head[1].detach()))

    # The outer loop

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        if tasks.support.device.type == "cuda":
            return batched_step(self, tasks)
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
        """Of one task: how it went, and the gradient of its loss. Changes nothing: threads do this side by side."""
        ways, device = len(support), support.device
        shots, asked = self.remember(support.flatten(0, 1)), self.remember(query.flatten(0, 1))
        labels = way_labels(ways, query.shape[1], device)
        loss, logits = self.task_loss(shots, way_labels(ways, support.shape[1], device), asked, labels)
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        right = float((logits.detach().argmax(1) == labels).float().mean())
        return StepResult(float(loss.detach()), self._before(shots, asked, labels), right), gradients

    def task_loss(self, shots: Tensor, labels: Tensor, asked: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
        """Of one task: the queries' mean loss after the inner loop, and their logits. Drawings as remembered."""
        order = min(self.order, self.inner.order)
        fast, head = self.descend(self.start(shots, labels), shots, labels, self.inner.steps, order)
        logits = self.scores(asked, fast, head)
        return F.cross_entropy(logits, answers), logits

    def _before(self, _shots: Tensor, _asked: Tensor, labels: Tensor) -> float:
        """Before adaptation all ways score the same: an answer is a guess."""
        return 1 / (int(labels.max()) + 1)


class FirstOrderMAML(MAML):
    """FOMAML: the same with the first-order meta-gradient."""

    name = "fomaml"
    title = "First-order MAML"
    order = 1


class ProtoMAML(MAML):
    """The head begins as nearest prototype: with |f| = 1, -s |f - c|^2 = 2s c.f - s |c|^2 up to a constant."""

    name = "proto-maml"
    title = "Proto-MAML"
    begins_alike = False

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.log_scale = nn.Parameter(torch.tensor(math.log(8.0)))

    def start_head(self, shots: Tensor, labels: Tensor) -> Head:
        parts = [self.features(some, {}) for some in torch.split(shots, _AT_ONCE)]
        centres = prototypes(torch.cat(parts), labels)
        scale = self.log_scale.exp()
        return 2 * scale * centres, -scale * centres.square().sum(1)

    def _before(self, shots: Tensor, asked: Tensor, labels: Tensor) -> float:
        with torch.no_grad():
            own = way_labels(int(labels.max()) + 1, len(shots) // (int(labels.max()) + 1), labels.device)
            head = self.start_head(shots, own)
            return float((self.scores(asked, {}, head).argmax(1) == labels).float().mean())


class ANIL(MAML):
    """Almost no inner loop: only the head adapts, on embeddings that stay."""

    name = "anil"
    title = "ANIL"
    adapts_encoder = False

    def remember(self, bitmaps: Tensor) -> Tensor:
        return self.unit_embeddings(bitmaps, {})

    def features(self, remembered: Tensor, fast: Named) -> Tensor:
        return remembered
