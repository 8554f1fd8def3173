"""Lets this process live several times as fast: waits are shorter and the monotonic clock runs ahead."""

import select
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from unittest.mock import patch


def quicken(times: float) -> Callable[[float], None]:
    """Once, before anything that keeps a clock is imported. Work on the processor and waits on sockets stay as long.

    What it returns lets so many seconds pass at once.
    """
    skipped_s = [0.0]
    now_s, rest, look, wait = time.monotonic, time.sleep, select.select, threading.Condition.wait

    def quick_now_s() -> float:
        return now_s() * times + skipped_s[0]

    def quick_rest(seconds: float) -> None:
        rest(seconds / times)

    def quick_look(
        readers: Sequence[int], writers: Sequence[int], wrong: Sequence[int], timeout_s: float | None = None
    ) -> object:
        return look(readers, writers, wrong, None if timeout_s is None else timeout_s / times)

    def quick_wait(condition: threading.Condition, timeout: float | None = None) -> bool:
        return wait(condition, None if timeout is None else timeout / times)

    def skip(seconds: float) -> None:
        skipped_s[0] += seconds

    # a partial, since pyserial keeps it in a class, where a function would become a method
    patch.object(time, "monotonic", partial(quick_now_s)).start()
    patch.object(time, "sleep", quick_rest).start()
    patch.object(select, "select", quick_look).start()
    patch.object(threading.Condition, "wait", quick_wait).start()
    return skip
