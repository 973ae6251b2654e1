"""Finds the files that come with the program: weights, icons, the sample glyphs."""

from pathlib import Path

# Names of the learners and what people call them, for rooms that do without torch; a test compares with the catalogue.
LEARNERS = {
    "protonet": "ProtoNet",
    "siamese": "Siamese network",
    "matching": "Matching Network",
    "maml": "MAML",
    "fomaml": "First-order MAML",
    "proto-maml": "Proto-MAML",
    "anil": "ANIL",
    "reptile": "Reptile",
    "pretrained": "Pre-trained",
    "finetuned": "Fine-tuned",
}
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
