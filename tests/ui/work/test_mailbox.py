"""The mailbox keeps only the newest value, even between threads."""

from __future__ import annotations

import threading

from glyphstudio.ui.work.mailbox import Mailbox


def test_mailbox_keeps_the_newest_and_says_when_to_wake_the_reader() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.put(1)
    assert not box.put(2)
    assert box.take() == 2
    assert box.take() is None
    assert box.put(3)


def test_mailbox_between_threads_loses_only_older_values() -> None:
    box: Mailbox[int] = Mailbox()
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set() or (value := box.take()) is not None:
            value = box.take()
            if value is not None:
                seen.append(value)

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(20_000):
        box.put(i)
    while not seen or seen[-1] != 19_999:
        pass
    stop.set()
    reader.join()
    assert seen == sorted(seen)
