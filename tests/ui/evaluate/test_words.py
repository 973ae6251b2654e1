"""An evaluation's result in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from glyphstudio.engine.evaluate.evaluation import Figure
from glyphstudio.engine.evaluate.gain import Difference, Gain
from glyphstudio.engine.evaluate.reliability import Reliability, reliability
from glyphstudio.ui.evaluate import words as evaluate_words
from glyphstudio.ui.evaluate.messages import shown_name
from glyphstudio.ui.evaluate.words import adapting, headline, met_seldom, mixed_up, protocol, settings, time_left
from tests.ui.evaluate.making import pair, result, said


@pytest.mark.parametrize(
    ("accuracy", "ci95", "text"),
    [
        (0.936, 0.0031, "93.6 ± 0.3 % right"),
        (0.99912, 0.00031, "99.91 ± 0.03 % right"),
        (1.0, 0.0, "100 % right"),
        (0.0, 0.0, "0 % right"),
        (0.95, None, "95 % right"),
    ],
)
def test_headline_of_a_figure(accuracy: float, ci95: float | None, text: str) -> None:
    assert headline(result(accuracy=accuracy, ci95=ci95)) == text


def test_settings_and_protocol() -> None:
    assert settings(result().evaluation) == "20-way 1-shot, 1,000 tasks, seed 1"
    plain = protocol(result())
    assert plain.startswith("ProtoNet on Omniglot: the five alphabets held out from training. Glyphs and drawings")
    assert "Every query is judged by itself." in plain and plain.endswith(
        "Guessing would be right in 5\N{NO-BREAK SPACE}%."
    )
    hard = protocol(result(asked={"within": True, "source": "synthetic:9", "part": "train"}, steps=3))
    assert hard.startswith("ProtoNet, adapted by 3 inner steps, on 9 invented alphabets: the part available for")
    assert "from one alphabet, its shots by one drawer and its queries by others" in hard
    own = protocol(result(asked={"source": "/l/own.glyphs", "part": "all"}))
    assert own.startswith("ProtoNet on the library own.glyphs: everything in it.")
    assert "no interval" in protocol(result(ci95=None))
    assert "All 2,000 answers were right." in protocol(result(accuracy=1.0, ci95=0.0))


def test_how_two_are_mixed_up() -> None:
    assert mixed_up(pair("a", "b")) == "mixed up in 12 of 40 tasks that had both"
    assert mixed_up(pair("a", "b", (40, 12, 12, 0))).endswith("had both, always the first taken for the second")
    assert mixed_up(pair("a", "b", (40, 12, 0, 12))).endswith("had both, always the second taken for the first")
    assert mixed_up(pair("a", "b", (1, 1, 1, 0))) == "mixed up in 1 of 1 task that had both"
    often, seldom = pair("a", "b"), pair("a", "b", (2, 1, 1, 0))
    assert met_seldom((often, seldom, seldom)) and not met_seldom((often, often, seldom))


def trust(seen: Reliability) -> str:
    """Return the words with ordinary spaces."""
    return evaluate_words.trust(seen).replace("\N{NO-BREAK SPACE}", " ")


def test_whether_probabilities_can_be_trusted() -> None:
    assert "it is right in more than 99.8 %" in trust(said(0.99, 1.0))
    assert trust(said(0.9, 0.89)).startswith(
        "Its probabilities can be trusted: when it says 90 %, it is right in 89 ± 1 %"
    )
    assert trust(said(0.9, 0.7)).startswith("It is too sure of itself: when it says 90 %, it is right in 70 ± 2 %.")
    assert trust(said(0.9, 0.7)).endswith("The calibration error is 20.0 points.")
    assert trust(said(0.7, 0.9)).startswith("It is right more often than it says: when it says 70 %")
    half = np.where(np.arange(4000) % 2, 0.95, 0.55).astype(np.float32)[:, None]
    crossed = reliability(half, np.random.default_rng(0).random((4000, 1)) < 0.75)
    assert trust(crossed).startswith("Its probabilities are right on average, but not one by one: when it says 95 %")
    assert trust(said(0.9, 0.5, answers=10)).startswith("There are too few answers")
    lost = reliability(np.full((5, 1), np.nan, np.float32), np.ones((5, 1), bool))
    assert trust(lost).endswith("5 answers have no probability: the inner loop diverged.")


def test_time_left_and_names() -> None:
    assert [time_left(seconds) for seconds in (-1, 0.2, 42, 130)] == [
        "",
        ", about 1 s left",
        ", about 42 s left",
        ", about 2 min left",
    ]
    for character, name in (
        ("Early_Aramaic/character04", "Early Aramaic 4"),
        ("N_Ko/character21", "N Ko 21"),
        ("Synthetic0003/character10", "Synthetic 3, 10"),
        ("Synthetic0000/character01", "Synthetic 0, 1"),
        ("Library/a/b\nc", "a/b\nc"),
        ("Library/character04", "character04"),
        ("odd", "odd"),
    ):
        assert shown_name(character) == name


def test_a_source_is_named_by_its_file() -> None:
    assert " on Omniglot (images_evaluation.zip): everything" in protocol(
        result(asked={"source": str(Path("/data/images_evaluation.zip")), "part": "all"})
    )


def test_what_adapting_adds() -> None:
    found = Gain(Figure(0.9, 0.01, 100), Difference(0.02, 0.01), Difference(0.0, 0.005), 300, 2000)
    assert adapting(result()) == ""
    start = (
        "Adapting changes 300 of 2,000 answers of MAML: "
        "+2.0 ± 1.0 points over nearest prototype on its own encoder, and"
    )
    whole = adapting(result(title="MAML", steps=2, gain=found, asked={"tasks": 100}))
    assert whole == f"{start} +0.0 ± 0.5 points over adapting the head alone."
    part = adapting(result(title="MAML", steps=2, gain=found, asked={"tasks": 1000}))
    assert part == f"{whole} (In the first 100 tasks.)"
