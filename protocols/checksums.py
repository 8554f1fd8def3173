"""Sums that close a frame."""


def sum8(data: bytes) -> int:
    """The low byte of the sum of all bytes (GY-MCU9061x)."""
    return sum(data) & 0xFF


def sum16(data: bytes) -> int:
    """The low 16 bits of the sum of all bytes (EF01)."""
    return sum(data) & 0xFFFF


def crc16_modbus(data: bytes, crc: int = 0xFFFF) -> int:
    """The CRC of Modbus RTU, sent low byte first; zero over a whole frame with its CRC.

    `crc` is the result over the bytes before `data`.
    """
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
