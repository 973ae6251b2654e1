"""The sheet: names, edits in reading order, undo, and what is enrolled."""

from __future__ import annotations

from glyphstudio.glyphs.page.cell import cell_in, merged
from glyphstudio.glyphs.page.splitting import split
from glyphstudio.studio import Candidate, Ranking
from glyphstudio.ui.tray.sheet import Item, Sheet, State
from glyphstudio.verdict import Verdict
from tests.pages import FIRST, SIDE, STEP
from tests.ui.tray.making import sheet


def item(page: Sheet, *indices: int) -> Item:
    cell = merged([page.items[index].cell for index in indices])
    return Item(cell, page.page.cut(cell))


def test_cells_are_in_reading_order() -> None:
    page = sheet()
    assert len(page) == 6
    for index, found in enumerate(page.items):
        x, y = found.cell.middle
        assert abs(x - (FIRST + STEP * (index % 3) + SIDE / 2)) < SIDE / 4
        assert abs(y - (FIRST + STEP * (index // 3) + SIDE / 2)) < SIDE / 4


def test_only_named_cells_are_enrolled_with_their_place() -> None:
    page = sheet()
    page.set([0, 3], State.NAMED, "Cross")
    page.set([1], State.SKIPPED)
    page.set([2], State.LIKE, "Stair")
    entries = page.entries()
    assert [entry.name for entry in entries] == ["Cross", "Cross"]
    assert entries[0].drawing == page.items[0].picture
    assert entries[1].origin is not None
    assert entries[1].origin.box == page.items[3].cell.box
    assert page.items[1].name == ""
    assert (page.next_open(-1), page.next_open(4), page.next_open(5)) == (4, 5, 4)


def test_new_cells_take_the_place_of_the_old_ones() -> None:
    page = sheet()
    assert page.exchange([1, 2], [item(page, 1, 2)]) == 1
    assert len(page) == 5
    assert page.items[1].cell.box[0] > page.items[0].cell.box[2]
    halves = split(page.items[1].cell)
    assert halves is not None
    assert page.exchange([1], [Item(half, page.page.cut(half)) for half in halves]) == 1
    assert len(page) == 6


def test_a_cell_without_predecessors_is_put_in_reading_order() -> None:
    page = sheet()
    whole = list(page.items)
    for index in range(6):
        page.items = [found for found in whole if found is not whole[index]]
        assert page.exchange([], [whole[index]]) == index
        assert page.items == whole


def test_undo_goes_back_edit_by_edit_and_keeps_new_rankings() -> None:
    page = sheet()
    page.remember()
    page.set([0], State.NAMED, "Cross")
    page.remember()
    page.exchange([1, 2], [item(page, 1, 2)])
    answer = Ranking((Candidate(1, "Ring", 0.9, 0.1, 1),), Verdict.KNOWN, 1.0)
    page.judged(2, answer)
    page.undo()
    assert (len(page), page.items[0].name, page.items[3].guess) == (6, "Cross", "Ring")
    page.undo()
    assert page.count(State.OPEN) == 6
    assert not page.can_undo
    page.undo()
    assert len(page) == 6


def test_an_unknown_verdict_is_no_guess() -> None:
    page = sheet()
    page.judged(0, Ranking((Candidate(1, "Ring", 0.2, 9.0, 1),), Verdict.UNKNOWN, 1.0))
    page.judged(1, Ranking((), Verdict.UNKNOWN, 1.0))
    assert [found.guess for found in page.items[:3]] == ["", "", ""]


def test_the_cell_under_a_point_is_the_smallest() -> None:
    page = sheet()
    x, y = page.items[4].cell.middle
    assert page.at(x, y) == 4
    assert page.at(2, 2) is None
    page.exchange([], [item(page, 0, 1, 2, 3, 4, 5)])
    assert page.items[page.at(x, y) or 0].cell.box == item(page, page.at(x, y) or 0).cell.box
    small = page.at(x, y)
    assert small is not None
    assert page.items[small].cell.ink.size < SIDE**2


def test_a_box_replaces_the_cells_in_it_but_no_enrolled_one() -> None:
    page = sheet()
    page.set([0], State.ENROLLED, "Cross")
    box = (0, 0, FIRST + 2 * STEP - 20, FIRST + SIDE + 20)
    assert page.covered(box) == [1]
    cell = cell_in(page.page.ink, box)
    assert cell is not None
    assert cell.box[0] == page.items[0].cell.box[0]
