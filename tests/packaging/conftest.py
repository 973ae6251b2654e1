"""The modules of packaging/ import each other by their names alone, as scripts of one folder do."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
