"""Measures how well the shipped weights tell known glyphs from unknown ones.

python tests/benchmarks/known_or_unknown.py --data PATH
"""

from __future__ import annotations

import argparse
from pathlib import Path

from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.splits import Split, split
from glyphstudio.engine.evaluate.open_set import assess
from glyphstudio.engine.weights.file import load_weights, shipped_weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    weights = load_weights(shipped_weights())
    held_out = split(load_omniglot(arguments.data), Split.VALIDATION)
    print("| glyphs | shots | AUROC | known accepted | unknown called known | calibration error |")
    print("| --- | --- | --- | --- | --- | --- |")
    for ways, shots in ((5, 1), (20, 1), (20, 5)):
        o = assess(weights.learner, weights.calibration, held_out, ways=ways, shots=shots, tasks=300, seed=7)
        shares = " | ".join(f"{100 * share:.1f} %" for share in (o.accepted, o.mistaken, o.calibration_error))
        print(f"| {ways} | {shots} | {o.auroc:.3f} | {shares} |")


if __name__ == "__main__":
    main()
