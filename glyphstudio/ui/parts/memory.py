"""How much memory the process keeps."""

from __future__ import annotations

import os
from pathlib import Path


def resident_megabytes() -> float:
    """What the process keeps in memory now; where the system does not tell, NaN."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
