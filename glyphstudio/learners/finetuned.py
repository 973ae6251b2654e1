"""The second honest baseline: pre-trained on all classes at once, then fine-tuned on the support set.

Chen et al. (2019), "A Closer Look at Few-shot Classification", and what transfer learning would do: the encoder of
`pretrained`, a fresh head, and gradient descent on both. The inner loop is MAML's, step for step; only that no
meta-learning has prepared the start, which is the comparison that one wants.
"""

from __future__ import annotations

from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoder import EncoderShape
from glyphstudio.learners.learner import InnerLoop, StepResult, in_full
from glyphstudio.learners.maml import MAML
from glyphstudio.learners.pretrained import AllClasses, class_step


class Finetuned(MAML):
    """See the module. The rates are settings, tuned on validation alphabets."""

    name = "finetuned"
    title = "Fine-tuned"
    second_order = False
    trains_on_all_classes = True
    baseline = True

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        inner = inner or InnerLoop()
        super().__init__(shape, InnerLoop(inner.steps, inner.rate, inner.head_rate, 1, learn_rates=False), classes)
        self.encoder.train()
        if classes:
            self.all_classes = AllClasses(classes, shape.embedding)

    def train(self, mode: bool = True) -> Finetuned:
        """Unlike MAML's, this encoder is trained from nothing, and gathers its statistics as it goes."""
        super().train(mode)
        self.encoder.train(mode)
        return self

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        if not self.classes:
            raise ValueError("a learner of all classes at once needs to know their number")
        return class_step(self.all_classes, lambda bitmaps: F.normalize(in_full(self.encoder(bitmaps)), dim=1), tasks)
