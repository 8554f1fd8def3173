"""Reading big-endian fields one after the other, never past the end."""

from station.biometrics.formats.errors import BadRecord


class Cursor:
    """A place in `data`, readable up to `end`; every read names what it expects, for the error."""

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = start
        self.end = len(data) if end is None else end

    def take(self, count: int, what: str) -> bytes:
        """The next `count` bytes."""
        if count > self.end - self.at:
            raise BadRecord(self.at, f"{what}: {count} bytes wanted, {self.end - self.at} left")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def unsigned(self, size: int, what: str) -> int:
        """An unsigned number of `size` bytes."""
        return int.from_bytes(self.take(size, what), "big")

    def signed(self, size: int, what: str) -> int:
        """A two's complement number of `size` bytes."""
        return int.from_bytes(self.take(size, what), "big", signed=True)

    def within(self, size: int, low: int, high: int, what: str) -> int:
        """An unsigned number of `size` bytes from `low` to `high`."""
        at = self.at
        value = self.unsigned(size, what)
        if not low <= value <= high:
            raise BadRecord(at, f"{what} is {value}, not {low} to {high}")
        return value

    def literal(self, expected: bytes, what: str) -> None:
        """Exactly these bytes."""
        at = self.at
        if self.take(len(expected), what) != expected:
            raise BadRecord(at, f"{what} is not {expected!r}")

    def part(self, count: int, what: str) -> "Cursor":
        """A cursor over the next `count` bytes, which this one steps over."""
        start = self.at
        self.take(count, what)
        return Cursor(self.data, start, self.at)

    def finish(self, what: str) -> None:
        """Nothing may be left."""
        if self.at != self.end:
            raise BadRecord(self.at, f"{self.end - self.at} bytes after the end of the {what}")
