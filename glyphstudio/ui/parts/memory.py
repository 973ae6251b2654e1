"""Measures how much memory the process uses."""

from __future__ import annotations

import os
from pathlib import Path


def resident_megabytes() -> float:
    """Return the megabytes of memory that the process uses now, or NaN if the system does not report them."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
