"""What is plugged in: serial adapters and cameras under the names that stay when they are plugged elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from drivers.api import Role
from drivers.link import SerialPort, serial_ports

USB_ADAPTERS: dict[tuple[int, int], tuple[str, tuple[Role, ...]]] = {
    (0x0403, 0x6001): ("FTDI FT232R", (Role.SIGNATURE, Role.FINGERPRINT, Role.TEMPERATURE)),
    (0x0403, 0x6015): ("FTDI FT-X", (Role.FINGERPRINT, Role.TEMPERATURE)),
    (0x10C4, 0xEA60): ("Silicon Labs CP210x", (Role.FINGERPRINT, Role.TEMPERATURE)),
    (0x1A86, 0x7523): ("WCH CH340", (Role.FINGERPRINT, Role.TEMPERATURE)),
    (0x067B, 0x2303): ("Prolific PL2303", (Role.FINGERPRINT, Role.TEMPERATURE)),
}
"""Adapters that the devices are sold with, and what may be behind each; only Topaz always has the FT232R."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be a device: `port` is what to configure, `roles` what it may be, likeliest first."""

    port: str
    label: str
    roles: tuple[Role, ...]


def serial_candidates(
    by_id: Path = Path("/dev/serial/by-id"), ports: Iterable[SerialPort] | None = None
) -> tuple[Candidate, ...]:
    """USB serial ports, sorted by name; pseudo-terminals never show here."""
    stable = _links(by_id)
    found = []
    for port in serial_ports() if ports is None else ports:
        if port.vid is None or port.pid is None:
            continue
        generic = (port.description, (Role.FINGERPRINT, Role.TEMPERATURE, Role.SIGNATURE))
        label, roles = USB_ADAPTERS.get((port.vid, port.pid), generic)
        found.append(Candidate(stable.get(Path(port.device).resolve(), port.device), label, roles))
    return tuple(sorted(found, key=lambda candidate: candidate.port))


def camera_candidates(by_id: Path = Path("/dev/v4l/by-id")) -> tuple[Candidate, ...]:
    """Cameras' picture streams (index 0; the others carry metadata), sorted by name."""
    names = sorted(name for name in _links(by_id).values() if name.endswith("-video-index0"))
    return tuple(Candidate(name, Path(name).name.removesuffix("-video-index0"), (Role.CAMERA,)) for name in names)


def _links(folder: Path) -> dict[Path, str]:
    """Stable name by what it points to."""
    if not folder.is_dir():
        return {}
    return {link.resolve(): str(link) for link in sorted(folder.iterdir()) if link.is_symlink()}
