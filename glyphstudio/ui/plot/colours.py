"""Colours that the colour-blind can tell apart, and the marks and dashes that say the same without colour."""

from __future__ import annotations

# Okabe and Ito (2008), "Color Universal Design", without yellow, which hardly shows on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# Of up to five runs at once: the same set, each with enough contrast on a light ground and on a dark one.
ON_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#222222")
ON_DARK = ("#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#F0E442")
RUN_MARKS = ("o", "s", "t", "d", "star")
SIGNS = ("●", "■", "▼", "◆", "★")  # the same marks as letters
MARKS = ("s", "t", "d", "p", "t1", "h", "star")  # one more than colours, so that no pair comes twice soon
DASHES = ([8, 5], [2, 4], [10, 4, 2, 4], [10, 4, 2, 4, 2, 4])
