"""What can recognise: weights that came with the program, weights of the user's own, or a file from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glyphstudio.engine.weights.header import WeightsFigure
from glyphstudio.engine.weights.own import SUFFIX, OwnWeightsFolder
from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.ui.parts import wording

_OWN = "own/"
_SHORT = 28  # letters
STANDARD = "protonet"


@dataclass(frozen=True)
class Choice:
    """key: how the settings remember it, empty for what they don't. title: what people call it."""

    key: str
    title: str
    path: Path

    @property
    def short(self) -> str:
        """The title where there is little room."""
        return self.title if len(self.title) <= _SHORT else f"{self.title[: _SHORT - 1].rstrip()}…"

    @property
    def own(self) -> bool:
        return self.key.startswith(_OWN)


def shipped(learner: str) -> Choice:
    """The weights of this learner that came with the program."""
    return Choice(learner, LEARNERS[learner], weights_of(learner))


def own(path: Path) -> Choice:
    """A file in the folder of one's own."""
    return Choice(f"{_OWN}{path.name}", path.name.removesuffix(SUFFIX), path)


def elsewhere(path: Path) -> Choice:
    """A file named on the command line."""
    return Choice("", path.stem, path)


def remembered(key: str | None, folder: OwnWeightsFolder) -> tuple[Choice | None, str]:
    """What the settings' key stands for, and a sentence where that is no longer there."""
    if key is None:
        return None, ""
    if key.startswith(_OWN):
        path = folder.folder / Path(key.removeprefix(_OWN)).name
        found = own(path)
        return (found, "") if path.is_file() else (None, wording.weights_gone(found.title))
    return (shipped(key), "") if key in LEARNERS and weights_of(key).is_file() else (None, "")


def in_short(figure: WeightsFigure) -> str:
    """A figure for a menu's second column, whose heading is that of 20 glyphs of one alphabet; what others are of."""
    standard = (figure.ways, figure.shots, figure.within_alphabet) == (20, 1, True)
    of = "" if standard else f" of {figure.ways}" if figure.within_alphabet else f" of any {figure.ways}"
    return f"{100 * figure.accuracy:.1f} %{of}"


def in_full(figure: WeightsFigure) -> str:
    """The same as a sentence, with its interval."""
    where = " of one alphabet" if figure.within_alphabet else ""
    drawings = "one drawing" if figure.shots == 1 else f"{figure.shots} drawings"
    return (
        f"{100 * figure.accuracy:.1f} ± {100 * figure.ci95:.1f} % right among {figure.ways} glyphs{where}, from "
        f"{drawings} each ({figure.tasks:,} tasks)."
    )
