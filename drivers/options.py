"""Typed looks into DriverSettings.options; a wrong type is the configuration's mistake and raises ValueError."""

from drivers.api import DriverSettings


def integer(settings: DriverSettings, name: str, default: int) -> int:
    """A whole number; text may be decimal or 0x hexadecimal."""
    value = settings.options.get(name, default)
    if isinstance(value, str):
        return int(value, 0)
    if isinstance(value, bool) or int(value) != value:
        raise ValueError(f"option {name}: {value} is no whole number")
    return int(value)


def text(settings: DriverSettings, name: str, default: str) -> str:
    return str(settings.options.get(name, default))


def flag(settings: DriverSettings, name: str, default: bool) -> bool:
    value = settings.options.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"option {name}: {value} is neither true nor false")
    return value
