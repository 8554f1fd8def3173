"""What is plugged in: serial adapters and cameras under the names that stay when they are plugged elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from drivers.api import Role
from drivers.link import SerialPort, serial_ports

_READERS = (Role.FINGERPRINT, Role.TEMPERATURE)

USB_ADAPTERS: dict[tuple[int, int], tuple[str, tuple[Role, ...]]] = {
    (0x0403, 0x6001): ("FTDI FT232R", (Role.SIGNATURE, Role.FINGERPRINT, Role.TEMPERATURE)),
    (0x0403, 0x6010): ("FTDI FT2232", _READERS),
    (0x0403, 0x6014): ("FTDI FT232H", _READERS),
    (0x0403, 0x6015): ("FTDI FT-X", _READERS),
    (0x10C4, 0xEA60): ("Silicon Labs CP210x", _READERS),
    (0x1A86, 0x7523): ("WCH CH340", _READERS),
    (0x1A86, 0x55D4): ("WCH CH9102", _READERS),
    (0x067B, 0x2303): ("Prolific PL2303", _READERS),
    (0x067B, 0x23A3): ("Prolific PL2303GC", _READERS),
}
"""Adapters that the devices are sold with, and what may be behind each; only Topaz always has the FT232R."""

USB_PADS = {0x06A8: "Topaz", 0x056A: "Wacom"}
"""Makers of pads by USB vendor: a pad that shows itself so speaks HID, which this station does not."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be a device: `port` is what to configure, `roles` what it may be, likeliest first.

    `stable` is false for a port that has no name which outlives unplugging.
    """

    port: str
    label: str
    roles: tuple[Role, ...]
    stable: bool = True


def serial_candidates(
    by_id: Path = Path("/dev/serial/by-id"),
    ports: Iterable[SerialPort] | None = None,
    by_path: Path = Path("/dev/serial/by-path"),
) -> tuple[Candidate, ...]:
    """USB serial ports, sorted by name; pseudo-terminals never show here.

    An adapter without a serial number of its own, or with its twin's, goes by the socket it is plugged into.
    """
    stable = _links(by_path) | _links(by_id)
    found = []
    for port in serial_ports() if ports is None else ports:
        if port.vid is None or port.pid is None:
            continue
        generic = (port.description, (Role.FINGERPRINT, Role.TEMPERATURE, Role.SIGNATURE))
        label, roles = USB_ADAPTERS.get((port.vid, port.pid), generic)
        name = stable.get(Path(port.device).resolve())
        found.append(Candidate(name or port.device, label, roles, name is not None))
    return tuple(sorted(found, key=lambda candidate: candidate.port))


def camera_candidates(by_id: Path = Path("/dev/v4l/by-id")) -> tuple[Candidate, ...]:
    """Cameras' picture streams (index 0; the others carry metadata), sorted by name."""
    names = sorted(name for name in _links(by_id).values() if name.endswith("-video-index0"))
    return tuple(Candidate(name, Path(name).name.removesuffix("-video-index0"), (Role.CAMERA,)) for name in names)


def hid_pads(usb: Path = Path("/sys/bus/usb/devices")) -> tuple[str, ...]:
    """Pads that are plugged in and cannot be used: maker, and product where it is told."""
    found = []
    for device in sorted(usb.iterdir()) if usb.is_dir() else ():
        vendor = _text(device / "idVendor")
        if vendor and int(vendor, 16) in USB_PADS:
            found.append(f"{USB_PADS[int(vendor, 16)]} {_text(device / 'product')}".strip())
    return tuple(found)


def holders(port: str, proc: Path = Path("/proc")) -> tuple[tuple[int, str], ...]:
    """The processes that have a port open, as far as this user may see: id and name."""
    real = str(Path(port).resolve())
    found = []
    for process in proc.iterdir():
        if process.name.isdigit() and _has_open(process, real):
            found.append((int(process.name), _text(process / "comm")))
    return tuple(sorted(found))


def runs(program: str, proc: Path = Path("/proc")) -> bool:
    """Whether a program of this name runs; the system cuts names to fifteen letters."""
    return any(_text(process / "comm") == program[:15] for process in proc.iterdir() if process.name.isdigit())


def _has_open(process: Path, real: str) -> bool:
    try:
        return any(str(handle.readlink()) == real for handle in (process / "fd").iterdir())
    except OSError:
        return False  # another user's, or it has just ended


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _links(folder: Path) -> dict[Path, str]:
    """Stable name by what it points to."""
    if not folder.is_dir():
        return {}
    return {link.resolve(): str(link) for link in sorted(folder.iterdir()) if link.is_symlink()}
