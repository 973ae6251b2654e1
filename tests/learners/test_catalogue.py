"""The facts about learners without torch are the same as those of their classes."""

from __future__ import annotations

import pytest
import torch

from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.learner import GradientLearner
from glyphstudio.resources import BASELINE, FACTS, Facts
from tests.engine.making import TINY, equal
from tests.learners.making import gradients, made, noise_tasks


def test_the_facts_without_torch_are_those_of_the_classes() -> None:
    assert {name: Facts(*(getattr(kind, fact) for fact in Facts._fields)) for name, kind in LEARNERS.items()} == FACTS
    assert list(FACTS) == list(LEARNERS)
    assert BASELINE == "finetuned"


@pytest.mark.parametrize("name", [name for name, facts in FACTS.items() if facts.gradient_based])
def test_only_learners_of_second_order_differentiate_through_the_inner_loop(name: str) -> None:
    first, second = (
        gradients(made(name, equal(2, 0.5, 4.0, order=order)).train(), noise_tasks(1, 3, 2, 2)) for order in (1, 2)
    )
    apart = any(not torch.equal(first[key], second[key]) for key in first)
    assert apart == FACTS[name].second_order


@pytest.mark.parametrize("name", FACTS)
def test_only_learners_of_all_classes_have_parameters_for_each_class(name: str) -> None:
    few, many = (sum(part.numel() for part in LEARNERS[name](TINY, None, count).parameters()) for count in (3, 30))
    assert (many > few) == FACTS[name].trains_on_all_classes


@pytest.mark.parametrize("name", FACTS)
def test_only_learners_with_an_inner_loop_can_be_watched(name: str) -> None:
    assert isinstance(made(name), GradientLearner) == FACTS[name].gradient_based == LEARNERS[name].gradient_based
