"""ANIL, "almost no inner loop": MAML that adapts the head only.

Raghu, Raghu, Bengio, Vinyals (2020), "Rapid Learning or Feature Reuse? Towards Understanding the Effectiveness of
MAML", section 4. The inner loop does not change the meta-learned encoder, so a drawing is embedded only once. The inner
loop is softmax regression on these fixed embeddings.
"""

from __future__ import annotations

from torch import Tensor

from glyphstudio.learners.gradient.maml import MAML, Named


class ANIL(MAML):
    """Adapts the head only. It remembers a drawing's embedding, like the learners without an inner loop."""

    name = "anil"
    title = "ANIL"

    def to_adapt(self) -> list[str]:
        return []

    def remember(self, bitmaps: Tensor) -> Tensor:
        return self.embeddings(bitmaps, {})

    def features(self, remembered: Tensor, fast: Named) -> Tensor:
        return remembered
