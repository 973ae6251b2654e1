"""The tutorial runs as printed, and its statements are true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"


def test_the_tutorial_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert len(blocks) == text.count("```") // 2, "no test runs some block"
    known: dict[str, Any] = {"__name__": "tutorial"}
    for block in blocks:
        above = text.count("\n", 0, block.start(1))  # a failure then names the line of the page
        exec(compile("\n" * above + block[1], TUTORIAL, "exec"), known)  # noqa: S102
        if "reference" in block[1]:
            said = capsys.readouterr().out
    assert said.startswith("osk\n")
    assert known["after"].accuracy > known["before"].accuracy + 0.05
    guessed, *adapted = re.findall(r"accuracy=([\d.]+)", capsys.readouterr().out)
    assert float(guessed) == pytest.approx(1 / 15, abs=0.05)
    assert min(map(float, adapted)) > 0.6
