"""Where the files lie that travel with the program: weights, icons, the sample glyphs."""

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
    """The path of a file or folder of the assets, such as asset("samples") or asset("icons", "undo.svg").

    An installed GlyphStudio carries its assets inside the package; a source checkout has them beside it.
    Whether the file exists is for the caller to find out: what a missing one means differs.
    """
    inside = _PACKAGE / "assets"
    return (inside if inside.is_dir() else _PACKAGE.parent / "assets").joinpath(*parts)


def weights_of(learner: str) -> Path:
    """Where the shipped weights of this learner lie."""
    return asset("weights", f"{learner}.safetensors")
