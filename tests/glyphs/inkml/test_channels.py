"""Units, resolutions and intermittent channels: the ink's shape does not depend on how a device counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs.inkml.channels import Format, read_format
from glyphstudio.glyphs.inkml.document import Document
from tests.glyphs.inkml.inkml_files import SQUARE, aspect, channels, document, read, refused, same, trace

INCH = 25.4
MILLIMETRES = {
    "mm": 1.0, "cm": 10.0, "m": 1000.0, "in": INCH, "pt": INCH / 72, "pc": INCH / 6, "himetric": 0.01, "px": INCH / 96,
    "MM": 1.0, " inches ": INCH, "points": INCH / 72, "um": 1e-3, "twips": INCH / 1440,
}  # fmt: skip
units = st.sampled_from(sorted(MILLIMETRES))
coordinate = st.integers(-500, 500).map(lambda tenths: tenths / 10)
strokes = st.lists(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6), min_size=1, max_size=4)


def resolution(channel: str, value: object, unit: str) -> str:
    return f'<channelProperty channel="{channel}" name="resolution" value="{value}" units="{unit}"/>'


def device(x: str, y: str, *properties: str) -> str:
    return f"<inkSource>{channels(x, y)}<channelProperties>{''.join(properties)}</channelProperties></inkSource>"


@given(strokes, units, units)
def test_the_same_ink_in_other_units_is_the_same_drawing(ink: list[list[tuple[float, float]]], x: str, y: str) -> None:
    if np.ptp(np.concatenate(ink), axis=0).max() < 1:
        ink = [*ink, [(-20.0, 0.0), (20.0, 3.0)]]
    plain = read(channels('units="mm"', 'units="mm"'), *(trace(stroke) for stroke in ink))
    other = [[(a / MILLIMETRES[x], b / MILLIMETRES[y]) for a, b in stroke] for stroke in ink]
    assert same(read(channels(f'units="{x}"', f'units="{y}"'), *(trace(stroke) for stroke in other)), plain)


@given(strokes, st.integers(1, 5000), st.integers(1, 5000), st.sampled_from(["1/cm", "1/in", "1/mm", "/inch", "dpi"]))
def test_the_same_ink_at_other_resolutions_is_the_same_drawing(
    ink: list[list[tuple[float, float]]], x: int, y: int, unit: str
) -> None:
    ink = [[(float(round(a)), float(round(b))) for a, b in stroke] for stroke in ink] + [[(-20.0, 0.0), (20.0, 3.0)]]
    counts = [[(a * x, b * y) for a, b in stroke] for stroke in ink]
    head = device('units="dev"', 'units="dev"', resolution("X", x, unit), resolution("Y", y, unit))
    assert same(read(head, *(trace(stroke) for stroke in counts)), read(*(trace(stroke) for stroke in ink)))


TALL = "0 0, 100 0, 100 600, 0 600, 0 0"  # 100 steps across, 600 down: 1 cm each


@pytest.mark.parametrize(
    "head",
    [
        device("", "", resolution("X", 100, "1/cm"), resolution("Y", 600, "1/cm")),
        device('units="cm"', 'units="cm"', resolution("X", 100, "1/cm"), resolution("Y", 600, "1/cm")),
        device('type="integer"', 'type="integer"', resolution("X", 10, "1/mm"), resolution("Y", 1524, "1/in")),
        device("", "", resolution("X", 100, "points per cm"), resolution("Y", 600, "cm^-1")),
        device("", "", resolution("X", 0.1, "mm"), resolution("Y", "1/600", "cm")),
        device("", "", resolution("X", 100, "dev"), resolution("Y", 600, "dev")),
        device("", "", resolution("X", 1, ""), resolution("Y", 6, "")),
        device('units="cm"', 'units="cm"', resolution("X", 100, ""), resolution("Y", 600, "")),
    ],
)
def test_resolutions_as_programs_write_them(head: str) -> None:
    assert aspect(read(head, trace(TALL))) == pytest.approx(1, abs=1e-3)


def test_fractions_in_a_unit_are_lengths_whatever_the_device_counts() -> None:
    head = device('units="cm"', 'units="cm"', resolution("X", 100, "1/cm"), resolution("Y", 600, "1/cm"))
    assert aspect(read(head, trace("0 0, 1.5 0, 1.5 1.5, 0 1.5, 0 0"))) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("value", ["0", "-5", "nan", "inf", "1e300", "fine", ""])
def test_a_resolution_that_is_none_is_ignored(value: str) -> None:
    head = device("", "", resolution("X", value, "1/cm"), resolution("Y", value, "1/cm"))
    assert aspect(read(head, trace(SQUARE))) == pytest.approx(1)


def test_an_axis_without_a_unit_has_the_other_ones() -> None:
    assert aspect(read(channels('units="mm"', ""), trace(SQUARE))) == pytest.approx(1)
    assert aspect(read(device("", "", resolution("X", 100, "1/cm")), trace(SQUARE))) == pytest.approx(1)


def test_units_that_cannot_be_compared_are_refused() -> None:
    assert aspect(read(channels('units="em"', 'units="em"'), trace(SQUARE))) == pytest.approx(1)
    assert "measures X in “em” and Y in “mm”" in refused(channels('units="em"', 'units="mm"'), trace(SQUARE))


def test_strokes_of_devices_with_other_units_fit_together() -> None:
    contexts = "".join(
        f'<context xml:id="{unit}">{channels(f"""units="{unit}" """, f"""units="{unit}" """)}</context>'
        for unit in ("mm", "cm")
    )
    apart = read(
        f"<definitions>{contexts}</definitions>",
        trace("0 0, 100 0", 'contextRef="#mm"'),
        trace("10 0, 10 10", 'contextRef="#cm"'),
    )
    assert same(apart, read(trace("0 0, 100 0"), trace("100 0, 100 100")))


def test_intermittent_channels_may_be_missing_at_the_end() -> None:
    optional = """<intermittentChannels><channel name="F" max="2"/><channel name="T"/></intermittentChannels>"""
    (stroke,) = read(channels(more=optional), trace("0 0 1, 0 10, 10 10 2 30, 10 20 ? 40")).strokes
    assert len(stroke) == 4
    assert stroke.pressure is not None
    np.testing.assert_allclose(stroke.pressure, [0.5, 0.5, 1, 1])
    assert "5 values in point 1" in refused(channels(more=optional), trace("0 0 1 2 3, 0 10"))
    assert "1 value in point 2" in refused(channels(more=optional), trace("0 0 1 2, 0"))


def test_wrapped_regular_channels_are_read() -> None:
    head = '<traceFormat><regularChannels><channel name="Y"/><channel name="X"/></regularChannels></traceFormat>'
    assert same(read(head, trace("0 0, 10 20")), read(trace("0 0, 20 10")))


def test_a_format_without_channels_is_the_default() -> None:
    element = next(iter(Document(document("<traceFormat/>")).root.children))
    assert read_format(element) == Format()
