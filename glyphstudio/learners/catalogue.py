"""All learners by name."""

from __future__ import annotations

from glyphstudio.learners.gradient.anil import ANIL
from glyphstudio.learners.gradient.finetuned import Finetuned
from glyphstudio.learners.gradient.fomaml import FirstOrderMAML
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.learners.gradient.maml_plus_plus import MAMLPlusPlus
from glyphstudio.learners.gradient.proto_maml import ProtoMAML
from glyphstudio.learners.gradient.reptile import Reptile
from glyphstudio.learners.learner import Learner
from glyphstudio.learners.matching import MatchingNet
from glyphstudio.learners.pretrained import Pretrained
from glyphstudio.learners.protonet import ProtoNet
from glyphstudio.learners.siamese import Siamese

_ALL: tuple[type[Learner], ...] = (
    ProtoNet, Siamese, MatchingNet, MAML, FirstOrderMAML, MAMLPlusPlus, ProtoMAML, ANIL, Reptile, Pretrained, Finetuned,
)  # fmt: skip
LEARNERS: dict[str, type[Learner]] = {learner.name: learner for learner in _ALL}
