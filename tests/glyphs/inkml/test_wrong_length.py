"""Points of a wrong length are never read as other ink. The sentence has the stroke, the point and what to do."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from glyphstudio.glyphs import inkml
from glyphstudio.glyphs.ink import InkError
from tests.glyphs.inkml.inkml_files import HOOK, channels, document, read, refused, same, trace

XY = channels()
WITH_TIME = channels(more='<channel name="T"/>')
values = st.integers(-999, 999)
points = st.lists(st.tuples(values, values), min_size=2, max_size=8)


@pytest.mark.parametrize("head", ["", XY])
@pytest.mark.parametrize(
    "text",
    [
        "20,5 20,5, 20,5 80,5, 70,5 80,5",
        "20,5 20,5,20,5 80,5,70,5 80,5",
        "20,5 20,5; 20,5 80,5; 70,5 80,5",
        "20,5 20,5\n20,5 80,5\n70,5 80,5",
        "20,5 20, 20 80,5, 70 80",
        "20 20, 20 80, 70 80,25",
        "-20,5 -20,5, -20,5 80,5",
    ],
)
def test_decimal_commas(head: str, text: str) -> None:
    says = refused(head, trace(HOOK), trace(text))
    assert "Stroke 2 of this InkML file has decimal commas (“" in says
    assert "Export the drawing with decimal points (“" in says


def test_decimal_commas_with_a_time() -> None:
    says = refused(WITH_TIME, trace("20,5 20,5 0, 20,5 80,5 10, 70,5 80,5 20"))
    assert "decimal commas (“20,5”, point 1)" in says
    assert "(“20.5”)" in says


@pytest.mark.parametrize("text", ["20,20 20,80 70,80", "20,20\n20,80\n70,80", "20,20; 20,80; 70,80", "1.5,2 3.5,4"])
def test_commas_inside_points(text: str) -> None:
    says = refused(XY, trace(text))
    assert "Stroke 1 of this InkML file has commas inside its points (“" in says
    assert "with spaces inside points and commas between them (“" in says


@pytest.mark.parametrize("text", ["20 20\n20 80\n70 80", "\n  20 20\n\n  20 80\n", "20 20, 20 80\n70 80, 50 30"])
@pytest.mark.parametrize(
    "head", ["", XY, channels(more='<intermittentChannels><channel name="F"/></intermittentChannels>')]
)
def test_line_breaks_between_points(text: str, head: str) -> None:
    says = refused(head, trace(text))
    assert "has line breaks between its points (from point " in says
    assert "Put a comma at the end of each line (“20 " in says


def test_line_breaks_are_found_even_if_the_values_fit() -> None:
    optional = '<intermittentChannels><channel name="T"/><channel name="F"/></intermittentChannels>'
    assert "line breaks" in refused(channels(more=optional), trace("20 20\n20 80"))
    assert same(read(XY, trace("20\n20, 20\n80,\n70 80, 50 30")), read(XY, trace(HOOK)))


@pytest.mark.parametrize(
    ("head", "text", "says"),
    [
        (XY, "20 20 20 80 70 80", "has 6 values in point 1, but its format has 2 channels (X, Y)"),
        ("", "20 20 20 80", "has 4 values in point 1, but its format has 2 channels (X, Y)"),
        ("", "20 20, 20 80 5, 70 80", "has 3 values in point 2"),
        ("", "20 20 1, 20 80 5, 70 80", "has 2 values in point 3"),
        (XY, "20 20, 20 80, 70", "has 1 value in point 3"),
        (XY, "20 20,, 20 80", "has no value in point 2"),
        (XY, ", 20 80", "has no value in point 1"),
        (WITH_TIME, "20 20, 20 80", "has 2 values in point 1, but its format has 3 channels (X, Y, T)"),
        (XY, "20 20 0, 20 80 10", "has 3 values in point 1, but its format has 2 channels (X, Y)"),
        (XY, "20 20;20 80", "has “;20 80” where a point should be (point 1)"),
        (XY, "20 20, 20 8O", "has “O” where a point should be (point 2)"),
    ],
)
def test_other_wrong_points(head: str, text: str, says: str) -> None:
    assert f"Stroke 2 of this InkML file {says}" in refused(
        head, trace("0 0 0" if head == WITH_TIME else "0 0"), trace(text)
    )


def test_an_undeclared_time_is_read_if_every_point_has_it() -> None:
    assert read(trace("20 20 5, 20 80 15")).strokes[0].t.tolist() == [0, 10]


def test_an_undeclared_time_and_force_are_read_if_every_point_has_them() -> None:
    assert read(trace("20 20 5 1, 20 80 15 1")).strokes[0].t.tolist() == [0, 10]
    for wrong in ("20 20 5 1, 20 80 15", "20 20 5 1", "20 20 5 1 1, 20 80 15 1 1"):
        with pytest.raises(InkError, match="Stroke 1"):
            read(trace(wrong))


def test_a_comma_after_the_last_point_is_no_point() -> None:
    assert same(read(XY, trace(HOOK + ",\n")), read(XY, trace(HOOK)))


@given(points, st.sampled_from([XY, ""]), st.sampled_from(["\n", " ", ";", "\t", "  "]))
def test_points_without_commas_between_them_are_never_read(ink: list[tuple[int, int]], head: str, gap: str) -> None:
    with pytest.raises(InkError, match="Stroke 1"):
        inkml.read(document(head, trace(gap.join(f"{x} {y}" for x, y in ink))))


@given(
    st.lists(st.tuples(values, st.integers(1, 99), values, st.integers(1, 99)), min_size=1, max_size=8), st.booleans()
)
def test_decimal_commas_are_never_read(ink: list[tuple[int, int, int, int]], spaced: bool) -> None:
    text = (", " if spaced else ",").join(f"{a},{b} {c},{d}" for a, b, c, d in ink)
    with pytest.raises(InkError, match=r"Stroke 1 of this InkML file has (decimal commas|commas inside)"):
        inkml.read(document(XY, trace(text)))


@given(points, st.integers(0, 7), st.sampled_from(["", "1", "1 2 3", "1 2 3 4"]))
def test_one_wrong_point_is_named(ink: list[tuple[int, int]], index: int, wrong: str) -> None:
    assume(index < len(ink) - 1)
    texts = [f"{x} {y}" for x, y in ink]
    texts[index] = wrong
    assert f"in point {index + 1}, but" in refused(XY, trace(" , ".join(texts)))


def test_a_long_wrong_trace_is_quick() -> None:
    assert "line breaks" in refused(XY, trace("\n".join(["20 20"] * 300_000)))
    assert "decimal commas" in refused(XY, trace(", ".join(["20,5 20,5"] * 100_000)))
    assert "values in point 1" in refused(XY, trace("1 " * 3_000_000))
