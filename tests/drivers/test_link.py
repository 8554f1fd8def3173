"""The serial line itself: ports, absence, trace, and who counts as simulated."""

import errno
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import serial

from drivers.api import Absence, Disconnected
from drivers.link import Line, Link, simulated
from drivers.trace import Direction, Trace, TraceEntry
from drivers.trouble import Trouble
from tests.drivers.scripted import point, scripted


def opened(port: str) -> Link:
    link = Link(port, Line(57_600))
    link.open()
    return link


def test_an_exchange_returns_what_the_answer_makes_of_it() -> None:
    with scripted({b"ping": [b"po", b"ng"]}) as device:
        link = opened(device.port)
        heard = bytearray()

        def whole(data: bytes) -> str | None:
            heard.extend(data)
            return "yes" if heard.endswith(b"pong") else None

        assert link.exchange(b"ping", whole, time.monotonic() + 1.0) == "yes"
        assert link.exchange(b"huh?", whole, time.monotonic() + 0.1) is None
        assert b"".join(e.data for e in link.trace.entries() if e.direction is Direction.SENT) == b"pinghuh?"
        link.close()


def test_an_endless_stream_does_not_hold_an_exchange_past_its_deadline() -> None:
    with scripted({b"go": [b"x" * 16] * 300}) as device:
        link = opened(device.port)
        begun_s = time.monotonic()
        assert link.exchange(b"go", lambda _data: None, begun_s + 0.2) is None
        assert time.monotonic() - begun_s < 0.5
        link.close()


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.EACCES, Absence.NO_PERMISSION),
        (errno.EBUSY, Absence.IN_USE),
        (errno.EAGAIN, Absence.IN_USE),
        (errno.ENOENT, Absence.NOT_PLUGGED),
        (errno.ENXIO, Absence.NOT_PLUGGED),
    ],
)
def test_a_refused_open_says_why(number: int, why: Absence, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_port: serial.Serial) -> None:
        raise serial.SerialException(number, "refused")

    monkeypatch.setattr(serial.Serial, "open", refuse)
    with pytest.raises(Trouble) as caught:
        opened("/dev/ttyUSB0")
    assert caught.value.status == Disconnected("/dev/ttyUSB0", why)


def test_modem_lines_are_low_before_the_port_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, bool]] = []
    real = serial.Serial.open

    def noted(self: Any) -> None:
        seen.append((self.dtr, self.rts))
        real(self)

    monkeypatch.setattr(serial.Serial, "open", noted)
    with scripted({}) as device:
        opened(device.port).close()
    assert seen == [(False, False)]


@pytest.mark.parametrize("trouble", [OSError(5, "Input/output error"), serial.SerialException("gone")])
def test_both_ways_in_which_pyserial_tells_of_a_pulled_cable_are_lost(
    trouble: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_port: Any) -> int:
        raise trouble

    with scripted({}) as device:
        link = opened(device.port)
        monkeypatch.setattr(serial.Serial, "in_waiting", property(gone))
        with pytest.raises(Trouble) as caught:
            link.read(time.monotonic())
        assert caught.value.status == Disconnected(device.port, Absence.LOST)
        assert not link.is_open


def test_a_line_over_a_socket_works_and_counts_as_simulated() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"
        link = opened(url)
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"hello")
            assert link.read(time.monotonic() + 1.0)[:1] == b"h"
        link.close()
        assert simulated(url)


def test_pseudo_terminals_are_simulated_through_any_link(tmp_path: Path) -> None:
    with scripted({}) as device:
        assert simulated(device.port)
        assert simulated(point(tmp_path / "usb-FTDI_FT232R-if00-port0", device))


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("rfc2217://localhost:4000", True),
        ("rfc2217://192.0.2.7:4000", False),
        ("http://127.0.0.1:8080/stream", True),
        ("http://127.9.9.9:8080/stream", True),
        ("http://[::1]:8080/stream", True),
        ("http://0.0.0.0:8080/stream", True),
        ("http://2130706433:8080/stream", True),
        ("http://user@127.0.0.1/stream", True),
        ("http://192.0.2.7/stream", False),
        ("loop://", True),
        ("/dev/ttyNOTHING", False),
        ("/dev/pts/4711", True),
        ("/dev/null", True),
    ],
)
def test_addresses_of_this_machine_are_simulated(port: str, expected: bool) -> None:
    assert simulated(port) is expected


def test_a_real_serial_port_is_not_simulated() -> None:
    real = Path("/dev/ttyS0")
    if not real.exists():
        pytest.skip("this machine has no serial port")
    assert not simulated(str(real))


def test_a_recording_file_instead_of_a_camera_is_simulated(tmp_path: Path) -> None:
    recording = tmp_path / "portrait.mjpg"
    recording.touch()
    assert simulated(str(recording))


def test_the_trace_keeps_the_last_entries_and_tells_its_listener() -> None:
    trace = Trace(capacity=2)
    heard: list[TraceEntry] = []
    leave = trace.subscribe(heard.append)
    entries = [TraceEntry(float(at), Direction.SENT, bytes([at])) for at in range(3)]
    for entry in entries:
        trace.add(entry)
    leave()
    trace.add(entries[0])
    assert trace.entries() == (entries[2], entries[0])
    assert heard == entries


def test_the_trace_can_be_read_while_it_is_written() -> None:
    trace = Trace(capacity=100)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            trace.add(TraceEntry(0.0, Direction.SENT, os.urandom(1)))

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(300):
        assert len(trace.entries()) <= 100
    stop.set()
    writer.join()
