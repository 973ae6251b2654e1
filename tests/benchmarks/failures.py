"""Draws the mistakes that are left: a query, the right shot, and the shot it was taken for, of the commonest pairs.

python tests/benchmarks/failures.py --data PATH --out failures.png [--weights FILE]

The tasks are those of `glyphstudio evaluate --within-alphabet --ways 20 --shots 1 --seed 1`. It also prints how many
of the mistakes the commonest pairs make, and the error with all validation glyphs enrolled at once.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from glyphstudio.data.tasks import TaskShape, TaskStream
from tests.benchmarks.validation import opened, parser_of

_ROWS, _COLUMNS = 8, 3
_SCALE = 2
_LABEL = 14


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tasks", type=int, default=2000)
    arguments = parser.parse_args()
    _, drawings, kept = opened(arguments)
    stream = TaskStream(drawings, TaskShape(20, 1, 1), seed=1, within=1.0, one_drawer=True)
    mistakes: list[tuple[int, int, int]] = []  # query, right shot, wrong shot
    for number in range(arguments.tasks):
        shots, queries = stream.drawn(number).T
        given = np.square(kept[queries][:, None] - kept[shots][None]).sum(2).argmin(1)
        mistakes += [(queries[way], shots[way], shots[wrong]) for way, wrong in enumerate(given) if wrong != way]
    pairs = Counter(frozenset((drawings.character[right], drawings.character[wrong])) for _, right, wrong in mistakes)
    asked = arguments.tasks * 20
    print(f"{len(mistakes)} of {asked} answers are wrong ({100 * len(mistakes) / asked:.2f} %), in {len(pairs)} pairs.")
    for most in (10, 20, 50):
        share = sum(count for _, count in pairs.most_common(most)) / len(mistakes)
        print(f"The {most} commonest pairs make {100 * share:.0f} % of them.")
    for pair, count in pairs.most_common(10):
        print(f"{count:5}  {' and '.join(sorted(drawings.characters[one] for one in pair))}")
    everything(drawings.character, kept)
    cell = 40 * _SCALE
    size = (_COLUMNS * (3 * cell + 24), _ROWS * (cell + _LABEL + 8))
    sheet = Image.new("L", size, 255)
    draw = ImageDraw.Draw(sheet)
    for place, (pair, count) in enumerate(pairs.most_common(_ROWS * _COLUMNS)):
        left = place % _COLUMNS * (3 * cell + 24)
        top = place // _COLUMNS * (cell + _LABEL + 8)
        example = next(one for one in mistakes if {drawings.character[one[1]], drawings.character[one[2]]} == pair)
        draw.text((left + 2, top), f"{drawings.characters[drawings.character[example[1]]]}, {count} times", 90)
        for column, index in enumerate(example):
            bitmap = Image.fromarray(255 - drawings.bitmaps[int(index)].numpy()).resize((cell, cell))
            sheet.paste(bitmap, (left + column * cell, top + _LABEL))
            box = (left + column * cell, top + _LABEL, left + (column + 1) * cell - 1, top + _LABEL + cell - 1)
            draw.rectangle(box, outline=(60, 190, 190)[column])
    sheet.save(arguments.out)


def everything(characters: np.ndarray, kept: np.ndarray) -> None:
    """Enrol every glyph from one drawing, and ask about one other drawing of each; 200 times."""
    count = int(characters.max()) + 1
    of = [np.flatnonzero(characters == one) for one in range(count)]
    errors = []
    for seed in range(200):
        rng = np.random.default_rng([seed, 3])
        chosen = np.stack([rng.choice(one, 2, replace=False) for one in of])
        shots, queries = kept[chosen[:, 0]], kept[chosen[:, 1]]
        distances = np.square(queries).sum(1)[:, None] + np.square(shots).sum(1)[None] - 2 * queries @ shots.T
        errors.append(np.mean(distances.argmin(1) != np.arange(count)))
    spread = 196 * np.std(errors, ddof=1) / np.sqrt(len(errors))
    print(f"All {count} glyphs at once, one shot each: {100 * np.mean(errors):.2f} ± {spread:.2f} % wrong.")


if __name__ == "__main__":
    main()
