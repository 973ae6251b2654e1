"""The first baseline: pre-trained on all classes at once, then the nearest prototype.

Chen, Liu, Kira, Wang, Huang (2019), "A Closer Look at Few-shot Classification": the encoder is trained as an ordinary
classifier of all training classes, and its logits are cosines to class vectors (their Baseline++). There are no tasks
in this training, so it does not learn to learn. A new glyph's prototype is the mean of its shots on the unit sphere
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.kinds import encoder_of
from glyphstudio.learners.learner import Classifier, InnerLoop, Learner, StepResult, in_full
from glyphstudio.learners.protonet import NearestPrototype

_SHARPNESS = 16.0  # initial sharpness of the softmax over cosines


class Pretrained(Learner):
    """Answers with the nearest prototype. Parameters: the encoder's and, during training, those of `AllClasses`."""

    name = "pretrained"
    title = "Pre-trained"
    nearest_prototype = True
    trains_on_all_classes = True
    baseline = True

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.encoder = encoder_of(shape)
        if classes:
            self.all_classes = AllClasses(classes, shape.length)

    def remember(self, bitmaps: Tensor) -> Tensor:
        return F.normalize(in_full(self.encoder(bitmaps)), dim=1)

    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        return NearestPrototype(self, shots, labels)

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        if not self.classes:
            raise ValueError("a learner of all classes at once needs to know their number")
        return class_step(self.all_classes, self.remember, tasks)


class AllClasses(nn.Module):
    """(B, D) unit vectors -> (B, C) logits: scaled cosines to one learned vector for each class."""

    def __init__(self, classes: int, embedding: int) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.randn(classes, embedding))
        self.log_sharpness = nn.Parameter(torch.tensor(math.log(_SHARPNESS)))

    def forward(self, embeddings: Tensor) -> Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            return self.log_sharpness.exp() * embeddings @ F.normalize(self.vectors, dim=1).T


def class_step(head: AllClasses, embed: Callable[[Tensor], Tensor], tasks: TaskBatch) -> StepResult:
    """Take one step of ordinary training on all drawings of `tasks`, support and query together. Leave gradients."""
    if tasks.classes is None:
        raise ValueError("a learner of all classes at once needs tasks that tell them")
    # Task by task, like the other learners, so that no gradient depends on how tasks are shared among processes.
    results = []
    for support, query, classes in zip(tasks.support, tasks.query, tasks.classes, strict=True):
        bitmaps = torch.cat([support, query], 1)  # (N, K + Q, 1, S, S): training uses all of them
        labels = classes.repeat_interleave(bitmaps.shape[1])
        logits = head(embed(bitmaps.flatten(0, 1)))
        loss = F.cross_entropy(logits, labels)
        torch.autograd.backward(loss / len(tasks))
        right = float((logits.detach().argmax(1) == labels).float().mean())
        results.append(StepResult(float(loss.detach()), 1 / len(head.vectors), right))
    return StepResult.mean(results)
