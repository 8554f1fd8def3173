"""System parameters of a simulated SFM module: what is in force, and what it keeps without power."""

from hw_sim.kept import KeptFile, table
from protocols.sfm import BAUD_CODES, BAUDS, Parameter

BUILD_AS_NOTED = 0x72
"""The maker's table gives 72 to a second port that an SFM5020 lacks; other notes call it the build (unsure)."""
_FIRMWARE = int.from_bytes(b"V3.1", "little")
_BUILD = int.from_bytes(b"0427", "little")
_SENSOR_OPTICAL = 0x33
_ALLOWED: dict[int, frozenset[int]] = {
    Parameter.TIMEOUT: frozenset(range(0x30, 0x45)),
    Parameter.ENROLL_MODE: frozenset({0x30, 0x31, 0x32, 0x41, 0x42}),
    Parameter.IMAGE_FORMAT: frozenset({0x30, 0x31, 0x32}),
    Parameter.MODULE_ID: frozenset(range(0x10000)),
    Parameter.BAUD: frozenset(BAUDS),
    Parameter.SEND_SCAN_SUCCESS: frozenset({0x30, 0x31}),
}
"""What may be written; WSQ images are not simulated."""
_FACTORY: dict[int, int] = {
    Parameter.TIMEOUT: 0x3A,
    Parameter.ENROLL_MODE: 0x41,
    Parameter.IMAGE_FORMAT: 0x31,
    Parameter.MODULE_ID: 1,
    Parameter.BAUD: BAUD_CODES[115_200],
    Parameter.SEND_SCAN_SUCCESS: 0x31,
}


class Parameters:
    """Values by number. A written one is in force at once, but the baud only once it was saved."""

    def __init__(self, serial_number: int, memory: KeptFile) -> None:
        self._memory = memory
        self._fixed: dict[int, int] = {
            Parameter.SENSOR_TYPE: _SENSOR_OPTICAL,
            Parameter.FIRMWARE: _FIRMWARE,
            Parameter.SERIAL_NUMBER: serial_number,
            Parameter.BUILD: _BUILD,
            BUILD_AS_NOTED: _BUILD,
        }
        self._flash = _FACTORY | memory.numbers("parameters")
        self._held = dict(self._flash)

    @property
    def baud(self) -> int:
        return BAUDS[self._flash[Parameter.BAUD]]

    @property
    def timeout_s(self) -> float | None:
        """How long a scan waits for a finger; None for ever."""
        return (self._held[Parameter.TIMEOUT] - 0x30) or None

    def read(self, number: int) -> int | None:
        """The value, or None for an unknown number."""
        return self._held.get(number, self._fixed.get(number))

    def write(self, number: int, value: int) -> bool:
        """False when the parameter cannot be written, or not to this value."""
        if value not in _ALLOWED.get(number, ()):
            return False
        self._held[number] = value
        return True

    def save(self) -> None:
        self._flash = dict(self._held)
        self._memory.store(self._memory.load() | {"parameters": table(self._flash)})

    def reload(self) -> None:
        self._held = dict(self._flash)
