"""Colours that colour-blind people can tell apart, and the marks and dashes that say the same without colour."""

from __future__ import annotations

# Okabe and Ito (2008), "Color Universal Design", without yellow, which hardly shows on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# For up to five runs at once: the same set, with enough contrast on a light or a dark background.
ON_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#222222")
ON_DARK = ("#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#F0E442")
RUN_MARKS = ("o", "s", "t", "d", "star")
SIGNS = ("●", "■", "▼", "◆", "★")  # the same marks as characters
MARKS = ("s", "t", "d", "p", "t1", "h", "star")  # one more than the colours, so that pairs repeat late
DASHES = ([8, 5], [2, 4], [10, 4, 2, 4], [10, 4, 2, 4, 2, 4])
