"""Programs that others wrote from the manuals work with our simulators unchanged."""

from collections.abc import Iterator
from pathlib import Path

import minimalmodbus
import pytest
from pyfingerprint.pyfingerprint import PyFingerprint
from pymodbus.client import ModbusSerialClient

from hw_sim.scene import Scene
from hw_sim.server import SERIAL, Bench, Settings
from tests.hw_sim.benches import bench, client, port
from tests.hw_sim.test_ef01_on_a_line import OK, VFYPWD, command, refusal


@pytest.fixture
def zfm() -> Iterator[tuple[Bench, PyFingerprint]]:
    with bench("ef01-r307") as running:
        yield running, PyFingerprint(port(running, "ef01-r307"), 57600)


def test_pyfingerprint_enrols_finds_loads_and_deletes_a_finger(zfm: tuple[Bench, PyFingerprint]) -> None:
    running, sensor = zfm
    running.scene.hand.position = 2
    assert sensor.verifyPassword()
    assert (sensor.getStorageCapacity(), sensor.getSecurityLevel(), sensor.getMaxPacketSize()) == (1000, 3, 128)
    assert sensor.getBaudRate() == 57600
    assert sensor.readImage()
    assert sensor.convertImage(1)
    assert sensor.searchTemplate() == (-1, 0) or sensor.searchTemplate()[0] == -1
    until_finger(sensor)
    assert sensor.convertImage(2)
    assert sensor.compareCharacteristics() > 0
    assert sensor.createTemplate()
    assert sensor.storeTemplate(5) == 5
    assert sensor.getTemplateCount() == 1
    assert sensor.getTemplateIndex(0)[5]
    assert sensor.loadTemplate(5, 1)
    template = sensor.downloadCharacteristics(1)
    assert len(template) == 512
    assert sensor.uploadCharacteristics(2, template)
    assert sensor.compareCharacteristics() > 0
    assert sensor.deleteTemplate(5)
    assert sensor.clearDatabase()
    assert sensor.getTemplateCount() == 0
    sensor.generateRandomNumber()


def until_finger(sensor: PyFingerprint) -> None:
    for _ in range(2000):
        if sensor.readImage():
            return
    raise AssertionError("no finger came back")


@pytest.mark.parametrize("size", [32, 64, 128, 256])
def test_pyfingerprint_loads_an_image_at_every_packet_size(
    zfm: tuple[Bench, PyFingerprint], size: int, tmp_path: Path
) -> None:
    _, sensor = zfm
    assert sensor.verifyPassword()
    sensor.setMaxPacketSize(size)
    assert sensor.getMaxPacketSize() == size
    assert sensor.readImage()
    sensor.downloadImage(str(tmp_path / "finger.bmp"))
    assert (tmp_path / "finger.bmp").stat().st_size > 256 * 288


def test_what_pyfingerprint_sets_is_kept_when_the_program_ends(tmp_path: Path) -> None:
    with bench("ef01-r307", state=tmp_path) as running:
        sensor = PyFingerprint(port(running, "ef01-r307"), 57600)
        assert sensor.verifyPassword()
        sensor.setSecurityLevel(5)
        assert sensor.setPassword(0x1234)
        assert PyFingerprint(port(running, "ef01-r307"), 57600, password=0x1234).verifyPassword()
    with bench("ef01-r307", state=tmp_path) as running:
        place = port(running, "ef01-r307")
        assert not PyFingerprint(place, 57600).verifyPassword()
        sensor = PyFingerprint(place, 57600, password=0x1234)
        assert sensor.verifyPassword()
        assert sensor.setAddress(0x11223344)
        moved = PyFingerprint(place, 57600, 0x11223344, 0x1234)
        assert moved.verifyPassword()
        assert moved.getSecurityLevel() == 5
        moved.setBaudRate(115200)
    with bench("ef01-r307", state=tmp_path) as running:
        assert PyFingerprint(port(running, "ef01-r307"), 115200, 0x11223344, 0x1234).verifyPassword()


EVERY_COMMAND = {
    "01": 12, "0201": 12, "03": 14, "04010000000a": 16, "1b010000000a": 16, "05": 12, "06010001": 12, "07010001": 12,
    "0901": 12, "0b": 12, "0c00010001": 12, "0d": 12, "0e0503": 12, "0f": 28, "1200000000": 12, "1300000000": 12,
    "14": 16, "15ffffffff": 12, "1801" + "41" * 32: 12, "1901": 44, "1d": 14, "1f00": 44,
}  # fmt: skip
R503_COMMANDS = {
    "28": 12, "30": 12, "3501800100": 12, "36": 12, "39": 44, "3a": 44, "3c": 58, "40": 12, "310501010101": 14,
}  # fmt: skip


def test_every_command_of_the_table_is_answered_in_its_whole_length() -> None:
    with bench("ef01-r503") as running, client(port(running, "ef01-r503"), 57600) as host:
        assert host.read(1) == b"\x55"
        for content, length in (EVERY_COMMAND | R503_COMMANDS).items():
            reply = host.ask(command(content), length)
            assert len(reply) == 2 * length, content
            assert int(reply[14:18], 16) == length - 9, content
            assert host.hears_nothing(), content


def test_a_zfm_echoes_and_an_r503_shakes_hands() -> None:
    with bench("ef01-r307") as running, client(port(running, "ef01-r307"), 57600) as host:
        assert host.ask(command("53"), 12) == refusal(0x55)
        assert host.ask(command("40"), 12) == refusal(0x1A)
    with bench("ef01-r503") as running, client(port(running, "ef01-r503"), 57600) as host:
        host.read(1)
        assert host.ask(command("40"), 12) == OK
        assert host.ask(command("53"), 12) == refusal(0x1A)


CUT_SHORT = {
    "ef01-r307": (VFYPWD, OK),
    "ef01-r503": (VFYPWD, OK),
    "sfm5020": ("400400000000000000000044" + "0a", "40043000"),
    "isdv4": ("2a", "c0"),
    "mcu90615": ("a515ba", "5a5a4504"),
    "pyrousb": ("010300120003a5ce", "010306"),
    "vc0706": ("56001100", "760011000b"),
}


@pytest.mark.parametrize("kind", CUT_SHORT)
def test_a_request_cut_short_is_dropped_after_a_pause_and_the_next_is_answered(kind: str) -> None:
    device, _ = SERIAL[kind].made(kind, Settings(), Scene(1, 0), set())
    device.power_on(0.0)
    request, answer = (bytes.fromhex(text) for text in CUT_SHORT[kind])
    assert device.receive(request[:-1], 1.0) == []
    assert device.receive(request, 1.0 + 0.31)[0].frame.startswith(answer)


def test_minimalmodbus_reads_and_sets_the_sensor_and_gets_the_exceptions() -> None:
    with bench("pyrousb") as running:
        sensor = minimalmodbus.Instrument(port(running, "pyrousb"), 1)
        line = sensor.serial
        line.baudrate, line.timeout = 9600, 1.0
        assert 30.0 < sensor.read_register(0x12, 1) < 43.0
        assert 30.0 < sensor.read_register(0x13, 1, functioncode=4) < 43.0
        assert sensor.read_registers(0x00, 4)[0] in (21, 0x21)
        sensor.write_register(0x08, 9800, functioncode=6)
        assert sensor.read_register(0x08) == 9800
        sensor.write_registers(0x08, [9700])
        assert sensor.read_register(0x18) == 9700
        with pytest.raises(minimalmodbus.IllegalRequestError):
            sensor.read_register(0x77)
        with pytest.raises(minimalmodbus.IllegalRequestError):
            sensor.write_register(0x08, 1, functioncode=6)
        with pytest.raises(minimalmodbus.IllegalRequestError):
            sensor.read_bit(0)
        with line:  # closes it
            assert line.is_open


def test_pymodbus_reaches_any_slave_and_what_it_sets_outlives_the_program(tmp_path: Path) -> None:
    for slave, expected in ((1, 9500), (255, 9600)):
        with (
            bench("pyrousb", state=tmp_path) as running,
            ModbusSerialClient(port(running, "pyrousb"), baudrate=9600) as host,
        ):
            assert host.read_holding_registers(0x08, count=1, device_id=slave).registers == [expected]
            assert not host.write_register(0x08, 9600, device_id=slave).isError()


def test_every_other_device_keeps_its_settings_too(tmp_path: Path) -> None:
    names = ("sfm5020", "vc0706", "mcu90615")
    with bench(*names, state=tmp_path) as running:
        with client(port(running, "sfm5020"), 115200) as host:
            assert len(host.ask("40010000000030000000" + "6cdd0a", 13)) == 26, "grey images"
            assert len(host.ask("400200000000000000000042" + "0a", 13)) == 26, "saved"
        with client(port(running, "vc0706"), 38400) as host:
            host.read(80, deadline_s=0.3)
            assert host.ask("560031050401001922", 5) == "7600310000"
        with client(port(running, "mcu90615"), 115200) as host:
            host.write("A551F6")
            host.write("A5AE53")
            assert host.hears_nothing()
    with bench(*names, state=tmp_path) as running:
        with client(port(running, "sfm5020"), 115200) as host:
            assert host.ask("400300000000000000006caf0a", 13)[12:14] == "30"
        with client(port(running, "vc0706"), 38400) as host:
            host.read(80, deadline_s=0.3)
            assert host.ask("5600300404010019", 6) == "760030000122"
        with client(port(running, "mcu90615"), 9600) as host:
            assert host.read(4).hex() == "5a5a4504", "starts by itself, at the speed it was set to"
