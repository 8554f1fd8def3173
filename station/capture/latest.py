"""From a device's thread to the main thread without a queue that grows: only the newest value is delivered."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from station.workers import Post

T = TypeVar("T")


class Latest(Generic[T]):
    """`put` from any thread; `deliver` runs on the main thread with the newest value, once for each burst."""

    def __init__(self, post: Post, deliver: Callable[[T], None]) -> None:
        self._post = post
        self._deliver = deliver
        self._lock = threading.Lock()
        self._waiting: list[T] = []

    def put(self, value: T) -> None:
        with self._lock:
            first = not self._waiting
            self._waiting = [value]
        if first:
            self._post(self._run)

    def _run(self) -> None:
        with self._lock:
            values, self._waiting = self._waiting, []
        for value in values:
            self._deliver(value)
