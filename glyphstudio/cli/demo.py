"""The whole job without a display: enrol the sample glyphs from one drawing each, recognise other hands' drawings of
them, and take a picture of the real window."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rich.table import Table

from glyphstudio.cli.output import out, percent, progress_bar, say
from glyphstudio.glyphs.importing import load_drawing
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.resources import asset
from glyphstudio.studio import Ranking, Studio

PICTURE = "glyphstudio-window.png"


def sample_drawings() -> dict[str, list[Drawing]]:
    """The sample glyphs: name -> a drawing by each hand, always in the same order of hands."""
    folders = sorted(folder for folder in asset("samples").iterdir() if folder.is_dir())
    return {folder.name: [load_drawing(file) for file in sorted(folder.glob("*.inkml"))] for folder in folders}


def demonstrate(weights: Path | None, device: str) -> int:
    """Print the table and say where the picture is. Returns the exit status."""
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
        _picture(library, next(iter(samples.values()))[1], weights, device)
    return 0


def _print(judged: dict[str, list[Ranking]], engine: str) -> None:
    table = Table(title="20 glyphs enrolled from one drawing each, then drawn by other hands", title_justify="left")
    for column in ("Glyph", "First", "Known", "Probability", "Most often mistaken for"):
        table.add_column(column, justify="left" if column in ("Glyph", "Most often mistaken for") else "right")
    right = known = asked = 0
    times: list[float] = []
    for name, rankings in judged.items():
        hits = [ranking.candidates[0].name == name for ranking in rankings]
        wrong = [ranking.candidates[0].name for ranking, hit in zip(rankings, hits, strict=True) if not hit]
        own = [c.probability for ranking in rankings for c in ranking.candidates if c.name == name]
        accepted = sum(ranking.known for ranking in rankings)
        right, known, asked = right + sum(hits), known + accepted, asked + len(hits)
        times += [ranking.ms for ranking in rankings]
        mean = percent(sum(own) / len(rankings), 0)
        table.add_row(name, f"{sum(hits)}/{len(hits)}", f"{accepted}/{len(hits)}", mean, ", ".join(sorted(set(wrong))))
    out.print(table)
    median = sorted(times)[len(times) // 2]
    out.print(f"{right} of {asked} drawings ranked right, {known} called known; {median:.1f} ms each ({engine}).")


def _picture(library: Path, drawing: Drawing, weights: Path | None, device: str) -> None:
    """The real window over this library, on Qt's offscreen platform."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from glyphstudio.ui.app import snapshot

    for folder in (Path.cwd() / "out", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            path = folder / PICTURE
            snapshot(path, library, drawing, weights=weights, device=device)
            say(f"A picture of the window is in {path}")
            return
    say("No folder was writable for a picture of the window.")
