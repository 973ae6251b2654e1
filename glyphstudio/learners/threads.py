"""Tasks side by side on a processor's cores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """`work` of each of `items`, in their order, on as many threads as torch uses now.

    Tasks have nothing to do with each other, whereas threads that share one operation wait for each other after each;
    where a core has other work as well, they wait for that. Results do not depend on which thread computed them, so
    sums over them are the same to the bit every time. Autocasting is as in the caller, and what `work` raises is
    raised here.
    """
    threads = torch.get_num_threads()
    at_once = min(threads, len(items))
    autocast, kind = torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")

    def one(item: Item) -> Result:
        # Autocasting is a setting of each thread, but its cache is everybody's: whoever stops autocasting empties it.
        with torch.autocast("cpu", kind, enabled=autocast, cache_enabled=False):
            return work(item)

    if at_once <= 1:
        yield from map(one, items)
        return
    try:
        with ThreadPoolExecutor(at_once, initializer=torch.set_num_threads, initargs=(threads // at_once,)) as pool:
            yield from pool.map(one, items)
    finally:
        torch.set_num_threads(threads)  # what threads yet to come begin with
