"""The weights to choose from: those that come with the app, the user's own, or a file from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glyphstudio.engine.weights.header import WeightsFigure
from glyphstudio.engine.weights.own import SUFFIX, OwnWeightsFolder
from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.ui.parts import wording

_OWN = "own/"
_SHORT = 28  # characters
STANDARD = "protonet"


@dataclass(frozen=True)
class Choice:
    """Weights to recognise with. key: their name in the settings, or empty if those do not keep it. title: their name
    in the window."""

    key: str
    title: str
    path: Path

    @property
    def short(self) -> str:
        """The title cut to 28 characters."""
        return self.title if len(self.title) <= _SHORT else f"{self.title[: _SHORT - 1].rstrip()}…"

    @property
    def own(self) -> bool:
        return self.key.startswith(_OWN)


def shipped(learner: str) -> Choice:
    """Return the weights of this learner that come with the app."""
    return Choice(learner, LEARNERS[learner], weights_of(learner))


def own(path: Path) -> Choice:
    """Return a file in the folder of the user's own weights."""
    return Choice(f"{_OWN}{path.name}", path.name.removesuffix(SUFFIX), path)


def elsewhere(path: Path) -> Choice:
    """Return a file named on the command line."""
    return Choice("", path.stem, path)


def remembered(key: str | None, folder: OwnWeightsFolder) -> tuple[Choice | None, str]:
    """Return the weights that a settings key names, or None, and a sentence if the user's file is gone."""
    if key is None:
        return None, ""
    if key.startswith(_OWN):
        path = folder.folder / Path(key.removeprefix(_OWN)).name
        found = own(path)
        return (found, "") if path.is_file() else (None, wording.weights_gone(found.title))
    return (shipped(key), "") if key in LEARNERS and weights_of(key).is_file() else (None, "")


def in_short(figure: WeightsFigure) -> str:
    """Return a figure for the menu's second column, whose heading names 20 glyphs of one alphabet. Add what it
    measures if that differs."""
    standard = (figure.ways, figure.shots, figure.within_alphabet) == (20, 1, True)
    of = "" if standard else f" of {figure.ways}" if figure.within_alphabet else f" of any {figure.ways}"
    return f"{100 * figure.accuracy:.1f} %{of}"


def in_full(figure: WeightsFigure) -> str:
    """Return a figure as a sentence, with its interval."""
    where = " of one alphabet" if figure.within_alphabet else ""
    drawings = "one drawing" if figure.shots == 1 else f"{figure.shots} drawings"
    return (
        f"{100 * figure.accuracy:.1f} ± {100 * figure.ci95:.1f} % right among {figure.ways} glyphs{where}, from "
        f"{drawings} each ({figure.tasks:,} tasks)."
    )
