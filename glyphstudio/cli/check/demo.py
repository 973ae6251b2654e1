"""The window's work without a display: enrols the sample glyphs from one drawing each, recognises drawings of them by
other hands, and saves a picture of the real window."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from glyphstudio.cli.output import columns, out, percent, progress_bar, say, say_problem
from glyphstudio.cli.qt_missing import no_qt
from glyphstudio.glyphs.importing import load_drawing
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.plural import counted
from glyphstudio.resources import asset
from glyphstudio.studio import Ranking, Studio

PICTURE = "glyphstudio-window.png"


def sample_drawings() -> dict[str, list[Drawing]]:
    """Load the sample glyphs: name -> a drawing by each hand, always in the same order of hands."""
    folders = sorted(folder for folder in asset("samples").iterdir() if folder.is_dir())
    return {folder.name: [load_drawing(file) for file in sorted(folder.glob("*.inkml"))] for folder in folders}


def demonstrate(weights: Path | None, device: str) -> int:
    """Print the table and the place of the picture. Return the exit status."""
    samples = sample_drawings()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "samples.glyphs"
        with Studio.open(library) as studio:
            info = studio.warm_up(weights, device)
            for name, (first, *_) in samples.items():
                studio.enrol(name, first)
            judged: dict[str, list[Ranking]] = {}
            with progress_bar("Recognising") as progress:
                for done, (name, (_, *others)) in enumerate(samples.items(), 1):
                    judged[name] = [studio.rank(drawing) for drawing in others]
                    progress(done, len(samples))
        _print(judged, f"{info.learner}, {info.device}")
        return _picture(library, next(iter(samples.values()))[1], weights, device)


def _print(judged: dict[str, list[Ranking]], engine: str) -> None:
    out.print(f"{counted(len(judged), 'glyph')} enrolled from one drawing each, then drawn by other hands:\n")
    numbers = ("Ranked first", "Called known", "Probability")
    table = columns("Glyph", *numbers, "Mistaken for", right=numbers)
    right = known = asked = 0
    times: list[float] = []
    for name, rankings in judged.items():
        firsts = [ranking.candidates[0].name for ranking in rankings]
        hits = firsts.count(name)
        own = [c.probability for ranking in rankings for c in ranking.candidates if c.name == name]
        accepted = sum(ranking.known for ranking in rankings)
        right, known, asked = right + hits, known + accepted, asked + len(rankings)
        times += [ranking.ms for ranking in rankings]
        mean = percent(sum(own) / len(rankings), 0)
        wrong = ", ".join(sorted(set(firsts) - {name}))
        table.add_row(name, f"{hits}/{len(rankings)}", f"{accepted}/{len(rankings)}", mean, wrong)
    out.print(table)
    median = sorted(times)[len(times) // 2]
    out.print(f"\n{right} of {asked} drawings ranked right, {known} called known; {median:.1f} ms each ({engine}).")


def _picture(library: Path, drawing: Drawing, weights: Path | None, device: str) -> int:
    """Save a picture of the real window with this library, on Qt's offscreen platform. Return the exit status."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    folder = _writable_folder()
    if folder is None:
        say_problem(
            "No writable folder was found for a picture of the window. Run this in a folder that you can write to."
        )
        return 1
    path = folder / PICTURE
    try:
        from glyphstudio.ui.start.app import snapshot

        snapshot(path, library, drawing, weights=weights, device=device)
    except ImportError as error:
        sentence = no_qt(error)
        if sentence is None:
            raise
        say_problem(sentence)
        return 1
    except RuntimeError as error:  # its message is a sentence
        say_problem(str(error))
        return 1
    say(f"A picture of the window is in {path}.")
    return 0


def _writable_folder() -> Path | None:
    for folder in (Path.cwd() / "out", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None
