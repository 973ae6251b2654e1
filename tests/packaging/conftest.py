"""Makes packaging/ importable: its modules import each other by plain names, like scripts in one folder."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
