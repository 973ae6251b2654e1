"""What every room may know without torch: facts about the learners, and the paths of the program's files."""

from pathlib import Path
from typing import NamedTuple


class Facts(NamedTuple):
    """The properties of a learner's class, see `learners.learner.Learner`."""

    title: str  # the name for people
    nearest_prototype: bool = False
    gradient_based: bool = False
    second_order: bool = False
    trains_on_all_classes: bool = False
    baseline: bool = False


# By the learner's name, for rooms without torch. A test compares them with the classes.
FACTS = {
    "protonet": Facts("ProtoNet", nearest_prototype=True),
    "siamese": Facts("Siamese network"),
    "matching": Facts("Matching Network"),
    "maml": Facts("MAML", gradient_based=True, second_order=True),
    "fomaml": Facts("First-order MAML", gradient_based=True),
    "maml++": Facts("MAML++", gradient_based=True, second_order=True),
    "proto-maml": Facts("Proto-MAML", gradient_based=True, second_order=True),
    "anil": Facts("ANIL", gradient_based=True, second_order=True),
    "reptile": Facts("Reptile", gradient_based=True),
    "pretrained": Facts("Pre-trained", nearest_prototype=True, trains_on_all_classes=True, baseline=True),
    "finetuned": Facts("Fine-tuned", gradient_based=True, trains_on_all_classes=True, baseline=True),
}
LEARNERS = {name: facts.title for name, facts in FACTS.items()}
# The baseline that adapts by gradient descent. The inner loops of the others are compared with it, step by step.
(BASELINE,) = (name for name, facts in FACTS.items() if facts.baseline and facts.gradient_based)
_PACKAGE = Path(__file__).resolve().parent


def asset(*parts: str) -> Path:
    """Return the path of an asset file or folder, such as asset("samples") or asset("icons", "undo.svg").

    An installed GlyphStudio has its assets inside the package; a source checkout has them beside it. The caller must
    check that the file exists, because a missing one means something different to each.
    """
    inside = _PACKAGE / "assets"
    return (inside if inside.is_dir() else _PACKAGE.parent / "assets").joinpath(*parts)


def weights_of(learner: str) -> Path:
    """Return the path of this learner's shipped weights."""
    return asset("weights", f"{learner}.safetensors")
