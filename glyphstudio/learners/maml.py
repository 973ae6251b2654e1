"""MAML, first-order MAML, Proto-MAML and ANIL: a start from which a few steps of gradient descent are enough.

Finn, Abbeel, Levine (2017), "Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks". The inner loop
descends the loss of the support set from the meta-learned weights theta to a task's own phi; the outer loop descends,
in theta, the loss of the queries under phi (equation 1). `order` 2 differentiates through the inner loop, 1 takes the
gradient at phi for the one at theta (section 5.2).

- Any number of ways: the head begins as one meta-learned class vector, copied N times (Ye and Chao 2022, "How to Train
  Your MAML to Excel in Few-Shot Classification", UNICORN-MAML), so there is no order of ways to memorise. The head's
  rate is for each way: the loss is a mean over ways, whose gradient for any one vector shrinks with N.
- `ProtoMAML` begins with the head that acts as nearest prototype does (Triantafillou et al. 2020, "Meta-Dataset").
- `ANIL` adapts the head only (Raghu et al. 2020, "Rapid Learning or Feature Reuse?").
- Embeddings are of length one for the head, and batch normalisation keeps the statistics that the weights came with:
  with those of a batch an answer would depend on the other queries.
"""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoder import Encoder, EncoderShape
from glyphstudio.learners.learner import Classifier, InnerLoop, Learner, StepResult, way_labels
from glyphstudio.learners.protonet import prototypes

_LATER = 0.1  # of the head's rate, after the first step: that one places the classes, the others correct them
_AT_ONCE = 256  # shots in one pass of an inner step that nobody differentiates through
Named = dict[str, Tensor]
Head = tuple[Tensor, Tensor]  # weights (N, D) and biases (N,)


class Adapted(Classifier):
    """The weights that the inner loop ended at."""

    def __init__(self, learner: MAML, fast: Named, head: Head) -> None:
        super().__init__(learner)
        self._maml, self._fast, self._head = learner, fast, head

    def score(self, remembered: Tensor) -> Tensor:
        return _scores(self._maml.features(remembered, self._fast), self._head)


def _scores(features: Tensor, head: Head) -> Tensor:
    with torch.autocast(features.device.type, enabled=False):
        return features @ head[0].T + head[1]


class MAML(Learner):
    """See the module. Parameters: the encoder's, the class vector, and the rates where they are learned.

    order: of the meta-gradient in training, unless `inner` asks for the first.
    """

    name = "maml"
    title = "MAML"
    gradient_based = True
    order: ClassVar[int] = 2
    adapts_encoder: ClassVar[bool] = True

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.encoder = Encoder(shape)
        self.class_vector = nn.Parameter(torch.zeros(shape.embedding))
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

    def train(self, mode: bool = True) -> MAML:
        """The statistics of batch normalisation stay as they are, in training too."""
        super().train(mode)
        self.encoder.eval()
        return self

    # What is kept of a drawing, and what the encoder makes of it under a task's own weights

    def remember(self, bitmaps: Tensor) -> Tensor:
        return bitmaps.flatten(1) if self.adapts_encoder else self.features(bitmaps.flatten(1), {})

    def features(self, remembered: Tensor, fast: Named) -> Tensor:
        """(B, D) remembered drawings -> (B, E) unit embeddings under the weights `fast`, where they differ."""
        if not self.adapts_encoder and remembered.shape[1] == self.shape.embedding:
            return remembered
        bitmaps = remembered.reshape(-1, 1, self.shape.size, self.shape.size)
        embeddings: Tensor = functional_call(self.encoder, fast, (bitmaps,)) if fast else self.encoder(bitmaps)
        return F.normalize(embeddings.float(), dim=1)

    def start_weights(self) -> Named:
        """The encoder's weights that the inner loop changes, as it begins."""
        own = dict(self.encoder.named_parameters())
        # Views: a gradient for them is not one for a head that was made of the same weights.
        return {name: own[name].view_as(own[name]) for name in self.adapted}

    def start_head(self, shots: Tensor, labels: Tensor) -> Head:
        """As the inner loop begins: the class vector, once for each way. shots: (M, D), remembered."""
        ways = int(labels.max()) + 1
        return self.class_vector.expand(ways, -1), self.class_vector.new_zeros(ways)

    # The inner loop

    def descend(self, shots: Tensor, labels: Tensor, steps: int, order: int) -> tuple[Named, Head]:
        """From theta to phi: (encoder's weights, head) after `steps` steps on the support set. With order 2 the result
        can be differentiated through every step, with order 1 as if each step's gradient were a constant."""
        fast = self.start_weights()
        head = self.start_head(shots, labels)
        for part in head:
            if not part.requires_grad:  # a constant to begin with; the inner loop changes it all the same
                part.requires_grad_()
        weight = 1 / torch.bincount(labels)[labels]  # ways weigh the same, however many shots they have
        weight = weight / weight.sum()
        for number in range(steps):
            rates = self.rates(number)
            losses = F.cross_entropy(_scores(self.features(shots, fast), head), labels, reduction="none")
            targets = [*fast.values(), *head]
            gradients = torch.autograd.grad(losses @ weight, targets, create_graph=order == 2)
            step = len(head[1]) * rates[-1]
            fast = {
                name: tensor - rate * gradient
                for (name, tensor), rate, gradient in zip(fast.items(), rates, gradients, strict=False)
            }
            head = (head[0] - step * gradients[-2], head[1] - step * gradients[-1])
        return fast, head

    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        with torch.enable_grad():
            fast, head = self.descend(shots, labels, self.inner.steps if steps is None else steps, order=1)
        return Adapted(
            self, {name: tensor.detach() for name, tensor in fast.items()}, (head[0].detach(), head[1].detach())
        )

    # The outer loop

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        results = []
        for support, query in zip(tasks.support, tasks.query, strict=True):
            ways, device = len(support), support.device
            shots, asked = support.flatten(0, 1).flatten(1), query.flatten(0, 1).flatten(1)
            labels = way_labels(ways, query.shape[1], device)
            loss, logits = self.task_loss(shots, way_labels(ways, support.shape[1], device), asked, labels)
            torch.autograd.backward(loss / len(tasks))
            right = float((logits.detach().argmax(1) == labels).float().mean())
            results.append(StepResult(float(loss.detach()), self._before(shots, asked, labels), right))
        return StepResult.mean(results)

    def task_loss(self, shots: Tensor, labels: Tensor, asked: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
        """Of one task: the queries' mean loss after the inner loop, and their logits. Drawings are (B, S * S)."""
        fast, head = self.descend(shots, labels, self.inner.steps, min(self.order, self.inner.order))
        logits = _scores(self.features(asked, fast), head)
        return F.cross_entropy(logits, answers), logits

    def _before(self, _shots: Tensor, _asked: Tensor, labels: Tensor) -> float:
        """Before adaptation all class vectors are the same: an answer is a guess."""
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

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        del self.class_vector
        self.log_scale = nn.Parameter(torch.tensor(math.log(8.0)))

    def start_head(self, shots: Tensor, labels: Tensor) -> Head:
        centres = prototypes(self.features(shots, {}), labels)
        scale = self.log_scale.exp()
        return 2 * scale * centres, -scale * centres.square().sum(1)

    def _before(self, shots: Tensor, asked: Tensor, labels: Tensor) -> float:
        with torch.no_grad():
            own = way_labels(int(labels.max()) + 1, len(shots) // (int(labels.max()) + 1), labels.device)
            head = self.start_head(shots, own)
            return float((_scores(self.features(asked, {}), head).argmax(1) == labels).float().mean())


class ANIL(MAML):
    """Almost no inner loop: only the head adapts, on embeddings that stay."""

    name = "anil"
    title = "ANIL"
    adapts_encoder = False
