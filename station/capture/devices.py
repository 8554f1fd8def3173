"""The counter's four devices: one worker thread each, their last status, and the streams that read them."""

from collections.abc import Callable
from threading import Event
from typing import TypeVar, assert_never

from drivers.api import (
    Absence,
    Busy,
    Cancelled,
    DeviceInfo,
    DeviceStatus,
    Disconnected,
    Drivers,
    Fault,
    Faulted,
    NotCaptured,
    Ready,
    Role,
    TimedOut,
)
from station.safekeeping.events import EventKind
from station.workers import Post, Worker

R = TypeVar("R")

PAUSE_AFTER_TROUBLE_S = 0.5
CHECK_EVERY_S = 3.0


class Devices:
    """Main thread only. Each driver is opened, used and closed on its own worker and nowhere else."""

    def __init__(self, drivers: Drivers, post: Post, changed: Callable[[Role], None]) -> None:
        self.drivers = drivers
        self._changed = changed
        self._workers = {role: Worker(f"device-{role.value}", post) for role in Role}
        self._statuses: dict[Role, DeviceStatus | None] = dict.fromkeys(Role)
        self._infos: dict[Role, DeviceInfo] = {}
        self._running: dict[Role, Event] = {}
        self._stopped = False
        self._checked_s = 0.0

    def status(self, role: Role) -> DeviceStatus | None:
        return self._statuses[role]

    def ready(self) -> dict[Role, DeviceInfo]:
        """The devices that answered last time they were asked."""
        found: dict[Role, DeviceInfo] = {}
        for role, status in self._statuses.items():
            if isinstance(status, Ready | Busy):
                found[role] = status.info
        return found

    @property
    def training(self) -> bool:
        """Whether any device seen since the start is simulated: once in training, a station stays there."""
        return any(info.simulated for info in self._infos.values())

    def open_all(self) -> None:
        for role in Role:
            self._ask(role, self.drivers.of(role).open)

    def check_idle(self, now_s: float) -> None:
        """Ask each device that nobody uses; at most every few seconds."""
        if now_s - self._checked_s < CHECK_EVERY_S:
            return
        self._checked_s = now_s
        self.check_all()

    def check_all(self) -> None:
        for role in Role:
            if role not in self._running:
                self._ask(role, self.drivers.of(role).check)

    def run(self, role: Role, job: Callable[[Event], R], done: Callable[[R], None]) -> None:
        """One job on the device's thread. Asked while another runs, it cancels that one and follows it."""
        self.cancel(role)
        cancel = Event()
        self._running[role] = cancel

        def finished(result: R) -> None:
            if self._running.get(role) is cancel:
                del self._running[role]
            if not cancel.is_set() and not self._stopped:
                done(result)

        self._workers[role].submit(lambda: job(cancel), finished)

    def stream(self, role: Role, read: Callable[[Event], R], take: Callable[[R], bool]) -> None:
        """Read again and again until `take` says False or the stream is cancelled."""

        def took(result: R) -> None:
            if take(result) and role not in self._running:
                self.stream(role, read, take)

        self.run(role, read, took)

    def cancel(self, role: Role) -> None:
        running = self._running.pop(role, None)
        if running is not None:
            running.set()

    def note(self, role: Role, result: NotCaptured) -> None:
        """A capture came back without a capture: what that says of the device."""
        match result:
            case Disconnected() | Faulted() | Busy():
                self._set(role, result)
            case TimedOut() | Cancelled():
                pass
            case _:
                assert_never(result)

    def well(self, info: DeviceInfo) -> None:
        """A capture came back whole: the device is there and well."""
        self._set(info.role, Ready(info))

    def close(self) -> None:
        """Cancel everything, close each driver on its own thread and end the threads."""
        self._stopped = True
        for role in Role:
            self.cancel(role)
            self._workers[role].submit(self.drivers.of(role).close, lambda _none: None)
        for worker in self._workers.values():
            worker.stop()

    def _ask(self, role: Role, question: Callable[[], DeviceStatus]) -> None:
        self.run(role, lambda _cancel: question(), lambda status: self._set(role, status))

    def _set(self, role: Role, status: DeviceStatus) -> None:
        if isinstance(status, Ready | Busy):
            self._infos[role] = status.info
        if self._statuses[role] != status:
            self._statuses[role] = status
            self._changed(role)


def event_of(status: DeviceStatus | None) -> tuple[EventKind, dict[str, Absence | Fault]] | None:
    """What the audit log says of a device's new status."""
    match status:
        case Ready():
            return EventKind.DEVICE_READY, {}
        case Disconnected(why=why):
            return EventKind.DEVICE_LOST, {"why": why}
        case Faulted(fault=fault):
            return EventKind.DEVICE_FAULTED, {"fault": fault}
        case Busy() | None:
            return None
        case _:
            assert_never(status)
