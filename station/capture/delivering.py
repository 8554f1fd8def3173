"""Delivery at a counter: uploads run on a thread of their own, and the facts say how they stand."""

import threading
from collections.abc import Callable

from station.capture.facts import DeliveryFacts
from station.clock import Clock
from station.delivery import courier
from station.delivery.courier import Courier
from station.delivery.store import SENTENCES
from station.text import Message, msg

AGAIN_S = 60.0
STOP_S = 5.0
Told = Callable[[courier.DeliveryFacts], None]
Make = Callable[[Told], Courier | Message]


class Delivering:
    """Main thread only. `make` runs on the delivery's thread and brings the courier, or says why there is none."""

    def __init__(self, make: Make, clock: Clock) -> None:
        self._make = make
        self._clock = clock
        self._closed = threading.Event()
        self._courier: Courier | None = None
        self._trouble: Message | None = None
        self._thread: threading.Thread | None = None

    def start(self, changed: Callable[[], None]) -> None:
        """`changed` is called on the delivery's thread with each new state."""
        self._thread = threading.Thread(target=lambda: self._run(changed), name="delivery", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something new is sealed."""
        if self._courier is not None:
            self._courier.wake()

    def close(self) -> None:
        """Break off what is on its way; what was not delivered waits."""
        self._closed.set()
        if self._courier is not None:
            self._courier.close()
        if self._thread is not None:
            self._thread.join(STOP_S)

    def facts(self) -> DeliveryFacts:
        now = self._courier.facts if self._courier is not None else courier.DeliveryFacts()
        next_try_s = None
        if now.next_try is not None:
            next_try_s = self._clock.monotonic_s() + (now.next_try - self._clock.now()).total_seconds()
        return DeliveryFacts(
            configured=True,
            sentence=self._trouble or _in_words(now),
            waiting=now.waiting,
            unanswered=now.unanswered,
            offline=now.offline,
            next_try_s=next_try_s,
        )

    def _run(self, changed: Callable[[], None]) -> None:
        made = self._make(lambda _facts: changed())
        if isinstance(made, Message):
            self._trouble = made
            changed()
            return
        self._courier = made
        while not self._closed.is_set():
            try:
                made.run()
            except OSError:
                self._trouble = msg("The disk does not take the delivery's notes. Call the technician.")
                changed()
                self._closed.wait(AGAIN_S)
                self._trouble = None


def _in_words(now: courier.DeliveryFacts) -> Message:
    if now.trouble is not None:
        return SENTENCES[now.trouble]
    if now.sending is not None:
        return msg("A file is being sent. {count} wait.", count=now.waiting)
    if now.waiting:
        return msg("{count} files wait and are sent by themselves.", count=now.waiting)
    return msg("Everything is sent.")
