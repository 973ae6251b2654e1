"""First-order MAML: the outer gradient is the one at the end of the inner loop.

Finn, Abbeel, Levine (2017), section 5.2: the gradient of the queries' loss at the task's own weights phi stands in for
the one at theta. A step is cheaper, because nothing is differentiated through the inner loop.
"""

from __future__ import annotations

from glyphstudio.learners.gradient.maml import MAML


class FirstOrderMAML(MAML):
    """FOMAML: MAML with the first-order meta-gradient, regardless of `inner.order`."""

    name = "fomaml"
    title = "First-order MAML"
    second_order = False
