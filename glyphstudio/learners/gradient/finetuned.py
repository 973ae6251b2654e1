"""The second baseline: pre-trained on all classes at once, then fine-tuned on the support set.

Chen et al. (2019), "A Closer Look at Few-shot Classification": ordinary transfer learning with the encoder of
`pretrained`, a fresh head, and gradient descent on both. The inner loop is the same as MAML's, step for step. Only the
start differs: no meta-learning has prepared it. So the two can be compared directly.
"""

from __future__ import annotations

from dataclasses import replace

from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.learners.learner import InnerLoop, StepResult, in_full
from glyphstudio.learners.pretrained import AllClasses, class_step


class Finetuned(MAML):
    """Fine-tunes encoder and head. The rates are settings, tuned on validation alphabets."""

    name = "finetuned"
    title = "Fine-tuned"
    second_order = False
    trains_on_all_classes = True
    baseline = True

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        fixed = replace(inner or InnerLoop(), order=1, vectors=0, unit=True, learn_rates=False)
        super().__init__(shape, fixed, classes)
        self.encoder.train()
        if classes:
            self.all_classes = AllClasses(classes, shape.length)

    def train(self, mode: bool = True) -> Finetuned:
        """Unlike MAML's encoder, this one is trained from scratch and updates its running statistics."""
        super().train(mode)
        self.encoder.train(mode)
        return self

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        if not self.classes:
            raise ValueError("a learner of all classes at once needs to know their number")
        return class_step(self.all_classes, lambda bitmaps: F.normalize(in_full(self.encoder(bitmaps)), dim=1), tasks)
