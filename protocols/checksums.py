"""Sums that close a frame."""


def sum8(data: bytes) -> int:
    """The low byte of the sum of all bytes (GY-MCU9061x)."""
    return sum(data) & 0xFF


def sum16(data: bytes) -> int:
    """The low 16 bits of the sum of all bytes (EF01)."""
    return sum(data) & 0xFFFF
