"""The one way a record can be wrong."""


class BadRecord(ValueError):
    """Bytes that are not the record they claim to be: `offset` in bytes from the start, and `what` is wrong there."""

    def __init__(self, offset: int, what: str) -> None:
        super().__init__(f"byte {offset}: {what}")
        self.offset = offset
        self.what = what
