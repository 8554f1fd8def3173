"""Drivers before modules of other makers, which the manuals do not foresee; in virtual time at the real line rate."""

import random
from collections.abc import Callable

import pytest

from drivers.api import Busy, Fault, Faulted, FingerImage, Frame, Ready, TemperatureSample
from drivers.fingerprint_ef01 import Ef01Reader
from hw_sim.device import Out, SerialDevice
from hw_sim.ef01 import Ef01
from hw_sim.ef01_flash import Flash, load
from hw_sim.ef01_module import R307, R503, Model
from hw_sim.faults import Fault as Wrong
from hw_sim.kept import KeptFile
from hw_sim.scene import LIFTED_S, Scene
from hw_sim.server import SERIAL, Settings
from protocols.ef01 import PAYLOADS
from tests.helpers.virtual_bench import before, opposite

Change = Callable[[bytes], list[bytes]]


class Foreign:
    """A simulated device whose frames another maker sends otherwise."""

    def __init__(self, device: SerialDevice, change: Change, boot: bytes = b"", deaf_to: bytes = b"\0" * 99) -> None:
        self._device = device
        self._change = change
        self._boot = boot
        self._deaf_to = deaf_to

    @property
    def baud(self) -> int:
        return self._device.baud

    @property
    def bits_per_byte(self) -> int:
        return self._device.bits_per_byte

    @property
    def streams(self) -> bool:
        return self._device.streams

    def power_on(self, now_s: float) -> list[Out]:
        boot = [Out(self._boot, self.baud, 0.02)] if self._boot else []
        return boot + self._changed(self._device.power_on(now_s))

    def receive(self, data: bytes, now_s: float) -> list[Out]:
        return [] if self._deaf_to in data else self._changed(self._device.receive(data, now_s))

    def due(self, now_s: float) -> list[Out]:
        return self._changed(self._device.due(now_s))

    def _changed(self, outs: list[Out]) -> list[Out]:
        return [Out(frame, out.baud, out.work_s) for out in outs for frame in self._change(out.frame)]


def as_it_is(frame: bytes) -> list[bytes]:
    return [frame]


def module(model: Model, flash: Callable[[Flash], None] = lambda _flash: None) -> Ef01:
    made = Ef01(model, Scene(1, 0), set(), random.Random(1))
    flash(made._flash)
    return made


def device(kind: str) -> SerialDevice:
    return SERIAL[kind].made(kind, Settings(), Scene(1, 0), set())[0]


def without_end_packet(frame: bytes) -> list[bytes]:
    """The last packet is a data packet like the others, with its own sum."""
    if len(frame) < 11 or frame[6] != 8:
        return [frame]
    body = b"\x02" + frame[7:-2]
    return [frame[:6] + body + (sum(body) & 0xFFFF).to_bytes(2, "big")]


def test_an_image_without_its_end_packet_is_whole_when_all_its_bytes_are_there() -> None:
    with opposite("ef01-r307", Foreign(module(R307), without_end_packet)) as pair:
        assert isinstance(pair.capture(), FingerImage)
        assert isinstance(pair.check(), Ready)


@pytest.mark.parametrize("silent", [False, True], ids=["answers 1A", "says nothing"])
def test_a_module_that_does_not_tell_its_product_has_the_configurations_geometry(silent: bool) -> None:
    """As an R307 sold under another name: 1A, or silence, to ReadProdInfo."""
    asked = bytes.fromhex("0100033C0040")
    with opposite("ef01-r503", Foreign(module(R307), as_it_is, deaf_to=asked if silent else b"\0" * 99)) as pair:
        assert isinstance(pair.driver, Ef01Reader)
        assert isinstance(pair.check(), Ready)
        assert pair.driver._session is not None
        assert pair.driver._session.geometry.packed_bytes == 192 * 192 // 2


def test_a_module_at_another_address_is_no_silence_and_answers_to_its_own() -> None:
    def moved(flash: Flash) -> None:
        flash.address = 0x11223344

    with opposite("ef01-r307", module(R307, moved), address="0x11223344") as pair:
        assert isinstance(pair.capture(), FingerImage)

    def foreign(frame: bytes) -> list[bytes]:
        return [frame[:2] + b"\x11\x22\x33\x44" + frame[6:]]

    with opposite("ef01-r307", Foreign(module(R307), foreign)) as pair:
        assert pair.check() == Faulted("virtual://it", Fault.GARBLED)


@pytest.mark.parametrize("kind", ["ef01-r307", "ef01-r503", "sfm5020", "isdv4", "mcu90615", "vc0706"])
def test_stray_bytes_after_power_up_are_skipped(kind: str) -> None:
    with opposite(kind, Foreign(device(kind), as_it_is, boot=b"\x00\xff\x55\xef\x40\x5a\x76\x80")) as pair:
        assert isinstance(pair.driver.open(), Ready)


@pytest.mark.parametrize("factor", [1, 2, 4, 12])
def test_a_module_that_was_left_at_another_speed_is_found_and_left_there(factor: int) -> None:
    def left(flash: Flash) -> None:
        flash.baud_factor = factor

    made = module(R307, left)
    with opposite("ef01-r307", made) as pair:
        assert isinstance(pair.capture(), FingerImage)
        assert made.baud == 115_200
    assert (made.baud, made._flash.packet_code) == (9600 * factor, 2)


def test_a_clone_of_the_thermometer_is_refused_by_name() -> None:
    def clone(frame: bytes) -> list[bytes]:
        return [b"\x66\x66" + frame[2:]]

    with opposite("mcu90615", Foreign(device("mcu90615"), clone)) as pair:
        assert pair.check() == Faulted("virtual://it", Fault.WRONG_DEVICE, "frames begin with 66 66")
        assert not isinstance(pair.capture(), TemperatureSample)


@pytest.mark.parametrize("kind", ["ef01-r307", "ef01-r503", "sfm5020", "isdv4", "mcu90615", "pyrousb", "vc0706"])
@pytest.mark.parametrize("simulator", ["ef01-r307", "sfm5020", "pyrousb", "vc0706"])
def test_another_of_our_devices_at_the_port_is_never_ready(kind: str, simulator: str) -> None:
    if kind == simulator or (kind.startswith("ef01") and simulator.startswith("ef01")):
        return
    with before(kind, simulator=simulator) as pair:
        assert isinstance(pair.check(), Faulted)


FLOOR = 1.02
"""What a transfer may take, in terms of what its bytes take on the wire."""


@pytest.mark.parametrize("baud_factor", [6, 12])
@pytest.mark.parametrize("code", range(len(PAYLOADS)))
@pytest.mark.parametrize("model", [R307, R503], ids=["r307", "r503"])
def test_an_image_takes_no_longer_than_its_bytes_on_the_wire(model: Model, code: int, baud_factor: int) -> None:
    def set_up(flash: Flash) -> None:
        flash.packet_code, flash.baud_factor = code, baud_factor

    with opposite(f"ef01-{model.name.lower()}", module(model, set_up), raise_baud=False) as pair:
        pair.driver.open()
        before_bytes = pair.line.sent_bytes
        took_s = pair.took_s(lambda: isinstance(pair.capture(), FingerImage))
        look_s = 0.25
        wire_s = (pair.line.sent_bytes - before_bytes) * 10 / (9600 * baud_factor)
        payload = PAYLOADS[code]
        packed = model.width * model.height // 2
        assert pair.line.sent_bytes - before_bytes == 2 * 12 + packed // payload * (payload + 11)
        assert took_s - look_s <= FLOOR * wire_s


def test_an_eight_bit_image_and_a_picture_take_no_longer_than_their_bytes_on_the_wire() -> None:
    for kind, work_s, baud in (("sfm5020", LIFTED_S + 0.2, 921_600), ("vc0706", 0.18, 115_200)):
        with before(kind) as pair:
            pair.driver.open()
            if kind == "sfm5020":
                pair.capture()
                pair.time.pass_to(pair.time.now_s + 3.0)
            sent = pair.line.sent_bytes
            took_s = pair.took_s(pair.capture)
            assert took_s - work_s <= FLOOR * (pair.line.sent_bytes - sent) * 10 / baud, kind


@pytest.mark.parametrize(
    ("kind", "speed"), [("ef01-r307", 115_200), ("ef01-r503", 115_200), ("sfm5020", 921_600), ("vc0706", 115_200)]
)
def test_speeds_are_raised_and_put_back_on_close_also_after_trouble(kind: str, speed: int) -> None:
    with before(kind) as pair:
        found = pair.line.device.baud
        assert isinstance(pair.capture(), FingerImage | Frame)
        assert pair.line.device.baud == speed
        pair.fault(Wrong.SILENT)
        assert isinstance(pair.check(), Faulted)
        pair.fault(Wrong.SILENT, on=False)
    assert pair.line.device.baud == found < speed


def test_busy_stays_busy_in_a_look_a_check_and_a_capture() -> None:
    for kind in ("ef01-r307", "ef01-r503", "sfm5020"):
        with before(kind) as pair:
            pair.driver.open()
            pair.fault(Wrong.STUCK_BUSY)
            assert isinstance(pair.driver, Ef01Reader) or kind == "sfm5020"
            look = pair.driver.finger_present() if hasattr(pair.driver, "finger_present") else None
            assert [type(status) for status in (look, pair.check(), pair.capture())] == [Busy] * 3


def test_what_a_module_keeps_is_what_it_was_left_with() -> None:
    """Control: the flash that the tests above set by hand is the one that the module loads."""
    assert load(KeptFile()).baud == 57_600
