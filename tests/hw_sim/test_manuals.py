"""Every device answers its manual's literal bytes; what is cut short is dropped after a pause and the next is answered.

`?` stands for a hexadecimal digit that the manual leaves open.
"""

import random
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from hw_sim.device import SerialDevice
from hw_sim.faults import Fault
from hw_sim.isdv4 import Isdv4
from hw_sim.kept import KeptFile
from hw_sim.mcu90615 import Mcu90615
from hw_sim.scene import Scene
from hw_sim.server import SERIAL, Settings
from tests.hw_sim.test_ef01_on_a_line import HEAD, OK, command, refusal
from tests.hw_sim.test_pyrousb import crc

READING = "5a5a4504" + "?" * 10


def ack(content: str) -> str:
    """An acknowledge put together here by the manual's rule; an open digit leaves the sum open too."""
    length = len(content) // 2 + 2
    if "?" in content:
        return f"{HEAD}07{length:04x}{content}????"
    total = 7 + (length >> 8) + (length & 0xFF) + sum(bytes.fromhex(content))
    return f"{HEAD}07{length:04x}{content}{total & 0xFFFF:04x}"


def sfm(command: int, flag: int, size: int = 0, param: int = 0) -> str:
    body = bytes((0x40, command)) + param.to_bytes(4, "little") + size.to_bytes(4, "little") + bytes((flag,))
    return (body + bytes((sum(body) & 0xFF, 0x0A))).hex()


EF01 = [
    (command("01"), OK),
    (command("0201"), OK),
    (command("0202"), OK),
    (command("03"), ack("00????")),
    (command("05"), OK),
    (command("06010005"), OK),
    (command("1d"), ack("000001")),
    (command("1f00"), ack("0020" + "00" * 31)),
    (command("07010005"), OK),
    (command("07010006"), refusal(0x0C)),
    (command("1b0100000064"), ack("000005????")),
    (command("0401000000c8"), ack("000005????")),
    (command("0c00050001"), OK),
    (command("1d"), ack("000000")),
    (command("0d"), OK),
    (command("14"), ack("00????????")),
    (command("1803" + "41" * 32), OK),
    (command("1903"), ack("00" + "41" * 32)),
    (command("1910"), refusal(0x1A)),
    (command("0e0501"), OK),
    (command("0e0506"), refusal(0x1A)),
    (command("0e0604"), refusal(0x1A)),
    (command("1200000000"), OK),
    (command("1300000000"), OK),
    (command("1300000001"), refusal(0x13)),
    (command("ee"), refusal(0x1A)),
]
R503 = [
    (command("30"), OK),
    (command("36"), OK),
    (command("40"), OK),
    (command("3502800100"), OK),
    (command("39"), ack("00" + "?" * 64)),
    (command("3a"), ack("00" + "?" * 64)),
    (command("3c"), ack("00" + "?" * 92)),
    (command("0206"), OK),
    (command("3d"), OK + "55"),
]
SFM = [
    (sfm(0x04, 0), sfm(0x04, 0x61, param=0x30)),
    (sfm(0x03, 0x62), sfm(0x03, 0x61, 0x3A)),
    (sfm(0x03, 0x68), sfm(0x03, 0x61, 0x33)),
    (sfm(0x03, 0x6C), sfm(0x03, 0x61, 0x31)),
    (sfm(0x03, 0x6D), sfm(0x03, 0x61, 1)),
    (sfm(0x03, 0x6E), "400300000000????????61??0a"),
    (sfm(0x03, 0x6F), "400300000000????????61??0a"),
    (sfm(0x03, 0x72), "400300000000????????61??0a"),
    (sfm(0x03, 0x71), sfm(0x03, 0x61, 0x35)),
    (sfm(0x03, 0x75), sfm(0x03, 0x61, 0x31)),
    (sfm(0x01, 0x75, 0x30), sfm(0x01, 0x61, 0x30)),
    (sfm(0x02, 0), sfm(0x02, 0x61)),
    (sfm(0x85, 0), sfm(0x85, 0x61, param=1)),
    (sfm(0x1A, 0), sfm(0x1A, 0x61)),
    (sfm(0x17, 0), sfm(0x17, 0x61)),
    (sfm(0x16, 0, param=9), sfm(0x16, 0x69, param=9)),
    (sfm(0x14, 0, param=9), sfm(0x14, 0x69, param=9)),
    (sfm(0x08, 0, param=9), sfm(0x08, 0x69, param=9)),
    (sfm(0x20, 0), sfm(0x20, 0x60)),
    (sfm(0x60, 0), sfm(0x60, 0x61)),
    (sfm(0xD0, 0), sfm(0xD0, 0x61)),
    (sfm(0x42, 0), sfm(0x42, 0x75)),
]
VC0706 = [
    ("56001100", "760011000b" + b"VC0703 1.00".hex()),
    ("56003800", "760038000100"),
    ("5600370101", "7600370000"),
    ("56003800", "760038000101"),
    ("5600370100", "7600370000"),
    ("5600540111", "7600540000"),
    ("56005500", "760055000111"),
    ("5600300401011204", "760030000136"),
    ("5600300404010019", "760030000100"),
    ("5600340100", "760034000400000000"),
    ("5600360100", "7600360000"),
    ("5600340100", "7600340004????????"),
    ("5600320c000a0000000000000004000a", "7600320000ffd8????7600320000"),
    ("5600320c000a0000000000000006000a", "7600320300"),
    ("5600360103", "7600360000"),
    ("56003601", ""),
]
MODBUS = [
    ("010300120003a5ce", "010306" + "?" * 16),
    (crc("010400000001"), crc("0104020015")),
    (crc("ff0300000001"), crc("ff03020015")),
    (crc("010600082648"), crc("010600082648")),
    (crc("010300080001"), crc("0103022648")),
    (crc("01100018000102251c"), crc("011000180001")),
    (crc("010300150001"), crc("0103020000")),
    (crc("010500080001"), crc("018501")),
    (crc("010300ff0001"), crc("018302")),
    (crc("020300120003"), ""),
]
DIALOGUES = {
    "ef01-r307": [*EF01, (command("0203"), refusal(0x1A))],
    "ef01-r503": [(command("28"), OK), *EF01, *R503],
    "sfm5020": SFM,
    "vc0706": VC0706,
    "pyrousb": MODBUS,
    "mcu90615": [("a515ba", READING), ("a545ea", ""), ("a551f6", ""), ("a552f7", ""), ("a50000", "")],
    "isdv4": [("30", ""), ("2a", "c0" + "?" * 20), ("26", "26"), ("25", ""), ("31", ""), ("58", "")],
    "topaz": [("2a", "")],
}


def made(kind: str) -> SerialDevice:
    device, _ = SERIAL[kind].made(kind, Settings(seed=1), Scene(1, 0), set[Fault]())
    device.power_on(0.0)
    return device


def answer(device: SerialDevice, request: str, now_s: float) -> str:
    return b"".join(out.frame for out in device.receive(bytes.fromhex(request), now_s)).hex()


@pytest.mark.parametrize("kind", DIALOGUES)
def test_the_manuals_requests_are_answered_with_its_bytes(kind: str) -> None:
    device = made(kind)
    for at, (request, reply) in enumerate(DIALOGUES[kind], start=1):
        said = answer(device, request, float(at))
        assert fnmatchcase(said, reply), f"{request}: {said}"


@pytest.mark.parametrize("kind", [kind for kind, pairs in DIALOGUES.items() if len(pairs[0][0]) > 2])
def test_a_request_cut_short_is_dropped_and_the_next_is_answered(kind: str) -> None:
    device = made(kind)
    request, reply = DIALOGUES[kind][0]
    for count in range(1, len(request) // 2):
        assert answer(device, request[: 2 * count], 2.0 * count) == ""
        assert fnmatchcase(answer(device, request, 2.0 * count + 1), reply), f"after {count} bytes"


@pytest.mark.parametrize("baud", [19_200, 38_400])
def test_a_tablet_has_either_speed(baud: int) -> None:
    tablet = Isdv4(Scene(1, 0), set[Fault](), random.Random(1), baud=baud)
    (out,) = tablet.receive(b"*", 0.0)
    assert (tablet.baud, out.baud, len(out.frame)) == (baud, baud, 11)


def test_a_thermometer_keeps_its_speed_and_its_habit_without_power(tmp_path: Path) -> None:
    memory = KeptFile(tmp_path / "module.json")

    def again() -> Mcu90615:
        module = Mcu90615(Scene(1, 0), set[Fault](), random.Random(1), memory)
        module.power_on(0.0)
        return module

    first = again()
    assert first.due(1.0) == []
    assert answer(first, "a551f6a5ae53", 1.0) == ""
    second = again()
    assert second.baud == 9600
    assert fnmatchcase(second.due(1.0)[0].frame.hex(), READING)
    assert answer(second, "a552f7a5af54", 1.0) == ""
    assert again().baud == 115200
    assert again().due(1.0) == []
