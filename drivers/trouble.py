"""How trouble travels inside this room: raised where it is met, returned as a value at every driver's door."""

import threading

from drivers.api import Busy, Disconnected, Faulted


class Trouble(Exception):
    """A device cannot go on; never leaves `drivers`."""

    def __init__(self, status: Disconnected | Faulted | Busy) -> None:
        super().__init__(repr(status))
        self.status = status


class OneThread:
    """Asserts that a driver is used by one thread: its first caller's, until that thread has ended."""

    def __init__(self) -> None:
        self._owner: threading.Thread | None = None

    def check(self) -> None:
        caller = threading.current_thread()
        if self._owner is None or not self._owner.is_alive():
            self._owner = caller
        if self._owner is not caller:
            raise AssertionError(f"driver of thread {self._owner.name} called from {caller.name}")
