"""All learners by name."""

from __future__ import annotations

from glyphstudio.learners.anil import ANIL
from glyphstudio.learners.finetuned import Finetuned
from glyphstudio.learners.fomaml import FirstOrderMAML
from glyphstudio.learners.learner import Learner
from glyphstudio.learners.maml import MAML
from glyphstudio.learners.maml_plus_plus import MAMLPlusPlus
from glyphstudio.learners.matching import MatchingNet
from glyphstudio.learners.pretrained import Pretrained
from glyphstudio.learners.proto_maml import ProtoMAML
from glyphstudio.learners.protonet import ProtoNet
from glyphstudio.learners.reptile import Reptile
from glyphstudio.learners.siamese import Siamese

_ALL: tuple[type[Learner], ...] = (
    ProtoNet, Siamese, MatchingNet, MAML, FirstOrderMAML, MAMLPlusPlus, ProtoMAML, ANIL, Reptile, Pretrained, Finetuned,
)  # fmt: skip
LEARNERS: dict[str, type[Learner]] = {learner.name: learner for learner in _ALL}
