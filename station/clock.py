"""Time comes in through the door: nothing else in the station reads a clock."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Wall time, a monotonic count of seconds, and the boot that count belongs to."""

    @property
    def boot_id(self) -> str: ...
    def now(self) -> datetime:
        """Aware, UTC."""
        ...

    def monotonic_s(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        source = Path("/proc/sys/kernel/random/boot_id")
        self.boot_id = source.read_text(encoding="ascii").strip() if source.exists() else "unknown"

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()
