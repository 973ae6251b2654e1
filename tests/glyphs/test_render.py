"""The renderer: a bitmap depends on the drawing, not on its place, its size, its number of points or its pen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from glyphstudio.glyphs.ink import Ink, Stroke
from glyphstudio.glyphs.picture import Picture, PictureError
from glyphstudio.glyphs.render import BITMAP_SIZE, STYLE, Bitmap, RenderStyle, render, render_drawing, render_picture
from tests.glyphs.making import GLYPHS, HOOK, LIGHTS, WAVE, Lines, alike, drawn, ink_of, jpeg, photographed

BY_BOX = RenderStyle(centre="box", scale="box")
BY_MASS = RenderStyle(centre="mass", scale="mass")
OTHERS = (
    [] if (STYLE.centre, STYLE.scale) in (("box", "box"), ("mass", "mass")) else [pytest.param(STYLE, id="default")]
)
STYLES = [pytest.param(BY_BOX, id="box"), pytest.param(BY_MASS, id="mass"), *OTHERS]

# Two bitmaps of the same drawing correlate at least this much. For a line 2 to 3 pixels wide, a shift by half a pixel
# leaves about 0.9, and another glyph less than 0.7. So this allows about a tenth of a pixel, for ink's grid and for
# corners cut by resampling.
SAME = 0.985
# A picture's centre line is off by up to a pixel of the picture, and thinning adds small spurs at corners.
SAME_END = 0.9


def inside(bitmap: Bitmap, style: RenderStyle = STYLE) -> None:
    assert bitmap.shape == (style.size, style.size)
    assert bitmap.dtype == np.float32
    assert bitmap.flags.c_contiguous
    assert np.isfinite(bitmap).all()
    assert 0 <= bitmap.min() <= bitmap.max() <= 1


@st.composite
def doodles(draw: st.DrawFn) -> list[np.ndarray]:
    """One to four curved strokes of many points, at least half the canvas large."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    turn = np.linspace(0, 1, 80)[:, None]
    strokes = []
    for _ in range(draw(st.integers(1, 4))):
        a, b, c, d = rng.uniform(0.1, 0.9, (4, 2))
        strokes.append(
            a * (1 - turn) ** 3 + 3 * b * turn * (1 - turn) ** 2 + 3 * c * turn**2 * (1 - turn) + d * turn**3
        )
    points = np.concatenate(strokes)
    low, extent = points.min(0), np.ptp(points, axis=0).max()
    return [(stroke - low) / extent * 0.6 + 0.2 for stroke in strokes]


# What must not matter


@pytest.mark.parametrize("style", STYLES)
@given(doodle=doodles(), x=st.floats(-5, 5), y=st.floats(-5, 5))
@settings(max_examples=25, deadline=None)
def test_where_on_the_canvas(style: RenderStyle, doodle: list[np.ndarray], x: float, y: float) -> None:
    moved = render(Ink.of([stroke + np.array((x, y)) for stroke in doodle]), style)
    assert alike(render(Ink.of(doodle), style), moved) > SAME


@pytest.mark.parametrize("style", STYLES)
@given(doodle=doodles(), factor=st.floats(0.05, 8))
@settings(max_examples=25, deadline=None)
def test_how_large(style: RenderStyle, doodle: list[np.ndarray], factor: float) -> None:
    scaled = render(Ink.of([stroke * factor for stroke in doodle]), style)
    assert alike(render(Ink.of(doodle), style), scaled) > SAME


@pytest.mark.parametrize("style", STYLES)
@given(doodle=doodles(), seed=st.integers(0, 1000), times=st.integers(2, 8))
@settings(max_examples=25, deadline=None)
def test_how_dense_the_points_are(style: RenderStyle, doodle: list[np.ndarray], seed: int, times: int) -> None:
    # Add points on the same polyline, and only in the first stroke, as if the pen had slowed down there.
    rng = np.random.default_rng(seed)

    def dense(stroke: np.ndarray, count: int) -> np.ndarray:
        at = np.sort(np.concatenate([np.arange(len(stroke)), rng.uniform(0, len(stroke) - 1, count * len(stroke))]))
        return np.stack([np.interp(at, np.arange(len(stroke)), stroke[:, axis]) for axis in (0, 1)], 1)

    uneven = [dense(stroke, times if index == 0 else 0) for index, stroke in enumerate(doodle)]
    assert alike(render(Ink.of(doodle), style), render(Ink.of(uneven), style)) > SAME


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("points", [2, 3, 10, 1000])
def test_straight_lines_by_few_points_or_many(style: RenderStyle, points: int) -> None:
    def hook(count: int) -> Ink:
        down = np.linspace((0.25, 0.2), (0.25, 0.75), count)
        along = np.linspace((0.25, 0.75), (0.65, 0.75), 40)
        return Ink.of([down, along])

    assert alike(render(hook(100), style), render(hook(points), style)) > SAME


@pytest.mark.parametrize("style", STYLES)
@given(doodle=doodles(), data=st.data())
@settings(max_examples=25, deadline=None)
def test_where_the_pen_was_lifted(style: RenderStyle, doodle: list[np.ndarray], data: st.DataObject) -> None:
    cuts = [data.draw(st.integers(1, len(stroke) - 2)) for stroke in doodle]
    split = [part for stroke, cut in zip(doodle, cuts, strict=True) for part in (stroke[: cut + 1], stroke[cut:])]
    assert alike(render(Ink.of(doodle), style), render(Ink.of(split), style)) > SAME
    backwards = [stroke[::-1] for stroke in doodle[::-1]]
    assert alike(render(Ink.of(doodle), style), render(Ink.of(backwards), style)) > SAME


def test_time_and_pressure_do_not_matter() -> None:
    plain = Ink.of(WAVE)
    pressed = Ink(tuple(Stroke.of(line, np.arange(len(line)) ** 2, np.linspace(0, 1, len(line))) for line in WAVE))
    assert np.array_equal(render(plain), render(pressed))


def test_what_was_drawn_does_matter() -> None:
    bitmaps = [render(ink_of(lines)) for lines in GLYPHS.values()]
    for index, one in enumerate(bitmaps):
        for other in bitmaps[index + 1 :]:
            assert alike(one, other) < 0.7
        assert alike(one, one[:, ::-1]) < SAME or alike(one, np.rot90(one)) < SAME


# The bitmap itself


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", GLYPHS)
def test_ink_is_one_paper_is_zero_and_edges_are_soft(style: RenderStyle, name: str) -> None:
    bitmap = render(ink_of(GLYPHS[name]), style)
    inside(bitmap, style)
    assert bitmap.max() == 1
    assert (bitmap == 0).mean() > 0.3
    assert ((bitmap > 0.05) & (bitmap < 0.95)).sum() > 20


@given(doodle=doodles(), size=st.integers(16, 64), stroke=st.floats(1, 4))
@settings(max_examples=25, deadline=None)
def test_by_box_all_ink_lies_inside_and_fills_the_longer_side(
    doodle: list[np.ndarray], size: int, stroke: float
) -> None:
    style = RenderStyle(size=size, stroke=stroke, centre="box", scale="box")
    bitmap = render(Ink.of(doodle), style)
    inside(bitmap, style)
    rim = np.concatenate([bitmap[0], bitmap[-1], bitmap[:, 0], bitmap[:, -1]])
    assert rim.max() <= 0.51
    rows, columns = np.flatnonzero(bitmap.any(1)), np.flatnonzero(bitmap.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 >= size - 4
    assert abs((rows[0] + rows[-1]) / 2 - (size - 1) / 2) <= 1
    assert abs((columns[0] + columns[-1]) / 2 - (size - 1) / 2) <= 1


@pytest.mark.parametrize("stroke", [1.0, 2.0, 3.0, 4.5])
@pytest.mark.parametrize("style", [BY_BOX, BY_MASS])
def test_a_straight_line_is_as_wide_as_the_style_says(style: RenderStyle, stroke: float) -> None:
    wide = RenderStyle(stroke=stroke, centre=style.centre, scale=style.scale)
    points = np.linspace(0, 1, 50)
    across = render(Ink.of([np.stack([points, 0 * points + 0.3], 1)]), wide)
    down = render(Ink.of([np.stack([0 * points + 0.3, points], 1)]), wide)
    assert across[:, wide.size // 2].sum() == pytest.approx(stroke, abs=0.3)
    assert np.allclose(across, down.T, atol=1e-5)
    middle = (across.sum(1) * (np.arange(wide.size) + 0.5)).sum() / across.sum()
    assert middle == pytest.approx(wide.size / 2, abs=0.05)


@pytest.mark.parametrize("style", STYLES)
def test_dots_keep_their_arrangement(style: RenderStyle) -> None:
    dots = np.array([(0.3, 0.3), (0.5, 0.3), (0.3, 0.5), (0.5, 0.7)])
    bitmap = render(Ink.of(list(dots[:, None])), style)
    middle = dots.mean(0) if style.centre == "mass" else np.array([0.4, 0.5])
    spread = np.sqrt(((dots - dots.mean(0)) ** 2).sum(1).mean())
    room = style.size - 2 * style.margin
    scale = style.spread * style.size / spread if style.scale == "mass" else room / 0.4
    for x, y in (dots - middle) * scale + style.size / 2:
        at = bitmap[int(y - 2) : int(y + 3), int(x - 2) : int(x + 3)]
        assert at.sum() == pytest.approx(np.pi * (style.stroke / 2) ** 2, rel=0.3)
        bitmap[int(y - 2) : int(y + 3), int(x - 2) : int(x + 3)] = 0
    assert bitmap.sum() < 1, "there is ink elsewhere"


def test_another_arrangement_of_dots_is_another_bitmap() -> None:
    one = render(Ink.of([[(0.3, 0.3)], [(0.5, 0.3)], [(0.3, 0.5)]]))
    other = render(Ink.of([[(0.3, 0.3)], [(0.5, 0.3)], [(0.5, 0.5)]]))
    assert alike(one, other) < 0.8


# Ink at the limits


@pytest.mark.parametrize("style", STYLES)
def test_empty_ink_is_empty_paper(style: RenderStyle) -> None:
    inside(render(Ink(), style), style)
    assert not render(Ink(), style).any()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("dot", [[(0.5, 0.5)], [(0.1, 0.9)] * 50, [(-8, 8)], [(0.5, 0.5), (0.5, 0.5)]])
def test_one_dot_is_a_dot_in_the_middle(style: RenderStyle, dot: list[tuple[float, float]]) -> None:
    bitmap = render(Ink.of([dot]), style)
    inside(bitmap, style)
    y, x = np.argwhere(bitmap > 0.5).mean(0) + 0.5
    assert (x, y) == (style.size / 2, style.size / 2)
    assert bitmap.sum() == pytest.approx(np.pi * (style.stroke / 2) ** 2, rel=0.25)


@pytest.mark.parametrize("style", STYLES)
def test_the_jitter_of_a_tap_is_not_enlarged(style: RenderStyle) -> None:
    dot = render(Ink.of([[(0.5, 0.5)]]), style)
    tap = render(Ink.of([np.random.default_rng(0).normal(0.5, 0.0002, (30, 2))]), style)
    assert 0 < tap.sum() < 25 * dot.sum()
    assert np.ptp(np.argwhere(tap > 0.1), axis=0).max() < style.size / 2


@pytest.mark.parametrize("style", STYLES)
def test_fifty_thousand_points(style: RenderStyle) -> None:
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(0, 0.002, (50_000, 2)), 0)
    walk = (walk - walk.min(0)) / np.ptp(walk)
    inside(render(Ink.of([walk]), style), style)
    inside(render(Ink.of([rng.random((50_000, 2))]), style), style)
    inside(render(Ink.of(list(rng.random((10_000, 5, 2)))), style), style)


@pytest.mark.parametrize("style", STYLES)
def test_fifty_thousand_points_on_one_line_are_that_line(style: RenderStyle) -> None:
    turn = np.linspace(0, 6, 50_000)
    spiral = np.stack([turn * np.cos(turn), turn * np.sin(turn)], 1) / 20 + 0.5
    assert alike(render(Ink.of([spiral]), style), render(Ink.of([spiral[::100]]), style)) > SAME


@pytest.mark.parametrize("style", STYLES)
@given(
    lines=st.lists(
        st.lists(st.tuples(st.floats(-8, 8), st.floats(-8, 8)), min_size=1, max_size=10), min_size=1, max_size=4
    )
)
@settings(max_examples=40, deadline=None)
def test_any_ink_has_a_bitmap_with_ink_in_it(style: RenderStyle, lines: Lines) -> None:
    bitmap = render(Ink.of(lines), style)
    inside(bitmap, style)
    if style.scale == "box":
        assert bitmap.max() > 0.5


# Pictures end as ink does


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", GLYPHS)
@pytest.mark.parametrize(
    ("size", "pen"), [(60, 2), (105, 3), (200, 1), (200, 8), (400, 12), (700, 1), (1000, 25), (2000, 6)]
)
def test_a_picture_ends_as_its_ink(style: RenderStyle, name: str, size: int, pen: float) -> None:
    grey = drawn(GLYPHS[name], size, pen, 4 if size < 1000 else 1)
    bitmap = render_picture(Picture(grey), style)
    inside(bitmap, style)
    least = SAME_END if pen < size / 20 and size >= 100 else 0.8
    assert alike(render(ink_of(GLYPHS[name]), style), bitmap) > least


@pytest.mark.parametrize("name", GLYPHS)
@pytest.mark.parametrize("size", [105, 300])
def test_white_on_black_is_black_on_white(name: str, size: int) -> None:
    grey = drawn(GLYPHS[name], size, size / 35)
    assert np.array_equal(render_picture(Picture(grey)), render_picture(Picture(255 - grey)))


@pytest.mark.parametrize("name", GLYPHS)
def test_paper_around_the_drawing_does_not_matter(name: str) -> None:
    grey = drawn(GLYPHS[name], 110, 4)
    wide = np.pad(grey, ((40, 200), (300, 10)), constant_values=255)
    assert alike(render_picture(Picture(grey)), render_picture(Picture(wide))) > SAME


@pytest.mark.parametrize("name", GLYPHS)
@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize(("size", "pen"), [(600, 10), (1600, 28)])
def test_a_photo_ends_as_the_clean_picture(name: str, light: dict[str, float], size: int, pen: float) -> None:
    clean = render_picture(Picture(drawn(GLYPHS[name], 400, 400 * pen / size)))
    assert alike(clean, render_picture(photographed(GLYPHS[name], size, pen, **light))) > SAME_END


@pytest.mark.parametrize("quality", [15, 50, 90])
@pytest.mark.parametrize("name", GLYPHS)
def test_jpeg_leaves_the_drawing(name: str, quality: int) -> None:
    grey = drawn(GLYPHS[name], 300, 6)
    assert alike(render_picture(Picture(grey)), render_picture(jpeg(grey, quality))) > SAME_END


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("pen", [3, 4, 6, 10])
def test_dots_of_a_picture_keep_their_arrangement(style: RenderStyle, pen: int) -> None:
    dots: Lines = [[(0.3, 0.3)], [(0.7, 0.3)], [(0.3, 0.7)]]
    for size in (200, 512, 700):
        assert alike(render(ink_of(dots), style), render_picture(Picture(drawn(dots, size, pen)), style)) > SAME_END


def test_one_black_pixel_is_a_dot() -> None:
    for shape in ((1, 2), (9, 9), (105, 105), (500, 300)):
        grey = np.full(shape, 255, np.uint8)
        grey[shape[0] // 3, shape[1] // 3] = 0
        assert np.array_equal(render_picture(Picture(grey)), render(Ink.of([[(0.5, 0.5)]])))


def test_a_small_drawing_in_a_large_picture_is_no_dot() -> None:
    grey = np.full((3000, 3000), 255, np.uint8)
    grey[2000:2110, 500:610] = drawn(HOOK, 110, 14)
    assert alike(render(ink_of(HOOK)), render_picture(Picture(grey))) > 0.7


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (105, 105), (4000, 4000)])
@pytest.mark.parametrize("shade", [0, 130, 255])
def test_blank_pictures_have_no_ink(shape: tuple[int, int], shade: int) -> None:
    with pytest.raises(PictureError, match="No ink was found"):
        render_picture(Picture(np.full(shape, shade, np.uint8)))


def test_a_drawing_is_rendered_as_what_it_is() -> None:
    picture = Picture(np.array(Image.fromarray(drawn(HOOK, 105, 3))))
    assert np.array_equal(render_drawing(picture), render_picture(picture))
    assert np.array_equal(render_drawing(ink_of(HOOK)), render(ink_of(HOOK)))
    assert render_drawing(ink_of(HOOK)).shape == (BITMAP_SIZE, BITMAP_SIZE)


@pytest.mark.parametrize("name", GLYPHS)
def test_the_answer_is_always_the_same(name: str) -> None:
    first = render(ink_of(GLYPHS[name]))
    first_picture = render_picture(Picture(drawn(GLYPHS[name], 150, 4)))
    assert np.array_equal(first, render(ink_of(GLYPHS[name])))
    assert np.array_equal(first_picture, render_picture(Picture(drawn(GLYPHS[name], 150, 4))))
