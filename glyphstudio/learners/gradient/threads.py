"""Runs tasks side by side on a processor's cores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Yield `work` of each of `items`, in their order, on as many threads as torch uses now.

    Tasks are independent. In contrast, threads that share one operation wait for each other after each operation, and
    on a busy core they also wait for its other work. Results do not depend on which thread computed them, so sums over
    them are the same to the bit every time. Autocasting is as in the caller. Raises what `work` raises.
    """
    threads = torch.get_num_threads()
    at_once = min(threads, len(items))
    autocast, kind = torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")

    def one(item: Item) -> Result:
        # Each thread has its own autocasting setting, but all share one cache. The first to leave autocast empties it.
        with torch.autocast("cpu", kind, enabled=autocast, cache_enabled=False):
            return work(item)

    if at_once <= 1:
        yield from map(one, items)
        return
    try:
        with ThreadPoolExecutor(at_once, initializer=torch.set_num_threads, initargs=(threads // at_once,)) as pool:
            yield from pool.map(one, items)
    finally:
        torch.set_num_threads(threads)  # new threads start with this number
