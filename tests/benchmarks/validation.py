"""What benchmarks on the validation alphabets begin with: options, weights, and the embedding of every drawing."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.splits import Split, split
from glyphstudio.engine.evaluate.evaluation import Memory, as_used
from glyphstudio.engine.weights.file import Weights, load_weights, shipped_weights


def parser_of(doc: str | None) -> argparse.ArgumentParser:
    """Return a parser with --data and --weights."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=shipped_weights())
    return parser


def opened(arguments: argparse.Namespace) -> tuple[Weights, Drawings, NDArray[np.float64]]:
    """Return the weights, the validation drawings, and the embedding of each."""
    torch.set_num_threads(1)
    weights = load_weights(arguments.weights)
    drawings = split(load_omniglot(arguments.data), Split.VALIDATION)
    with as_used(weights.learner):
        kept = Memory(weights.learner, drawings).of(np.arange(len(drawings))).double().numpy()
    return weights, drawings, kept
