"""docs/streams.md: its first example runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "streams.md"


def test_the_example_in_plain_numpy_runs() -> None:
    first, second = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    known: dict[str, Any] = {}
    exec(compile(first, PAGE, "exec"), known)  # noqa: S102
    assert known["query"].any()
    assert "stream.arrays," in second and "import tensorflow" in second, "the other one needs TensorFlow"
