"""Measures how well a drawing on paper is read: twenty sample glyphs enrolled by one hand, another hand's put on paper.

    python tests/benchmarks/papers.py [--only NAME] [--save FOLDER]

For each paper it prints how many of the twenty are ranked first, and how many of those are called known.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def main() -> None:
    from glyphstudio.cli.check.demo import sample_drawings
    from glyphstudio.glyphs.importing import ImportFailure, picture_from_bytes
    from glyphstudio.glyphs.ink import Ink
    from glyphstudio.glyphs.picture import PictureError
    from glyphstudio.studio import Studio
    from tests.glyphs.more_papers import MORE_PAPERS
    from tests.glyphs.papers import PAPERS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    samples = sample_drawings()
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder) / "samples.glyphs") as studio:
        studio.warm_up(None, "cpu")
        for name, drawings in samples.items():
            studio.enrol(name, drawings[0])
        for paper, put in (PAPERS | MORE_PAPERS).items():
            if arguments.only not in paper:
                continue
            first = known = refused = 0
            wrong: list[str] = []
            for number, (name, drawings) in enumerate(samples.items()):
                ink = drawings[1]
                assert isinstance(ink, Ink)
                image = put(ink, np.random.default_rng([arguments.seed, number]))
                buffer = io.BytesIO()
                image.save(buffer, "PNG", compress_level=1)
                if arguments.save:
                    arguments.save.mkdir(parents=True, exist_ok=True)
                    (arguments.save / f"{paper.replace(' ', '-')}-{name}.png").write_bytes(buffer.getvalue())
                try:
                    ranking = studio.rank(picture_from_bytes(buffer.getvalue()))
                except (ImportFailure, PictureError):
                    refused += 1
                    wrong.append(name)
                    continue
                right = ranking.candidates[0].name == name
                first += right
                known += right and ranking.known
                if not (right and ranking.known):
                    wrong.append(name)
            counts = f"first {first:2}  and known {known:2}  refused {refused}"
            print(f"{paper:32} {counts}   {' '.join(wrong[:8])}", flush=True)


if __name__ == "__main__":
    main()
