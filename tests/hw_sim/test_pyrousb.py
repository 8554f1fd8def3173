"""PyroUSB and OS-MINIUSB answer the guide's registers over a real pseudo-terminal."""

import random
from collections.abc import Iterator

import pytest

from hw_sim.device import Out
from hw_sim.faults import Fault
from hw_sim.pyrousb import PyroUsb
from hw_sim.scene import Scene
from protocols.pyrousb import MINIUSB
from tests.hw_sim.benches import Client, bench, client, port

GOLDEN = "010300120003a5ce"


def crc(text: str) -> str:
    """The CRC by its published polynomial, bit for bit over the whole message, not by the codec under test."""
    remainder = 0xFFFF
    for bit in (byte >> place & 1 for byte in bytes.fromhex(text) for place in range(8)):
        odd = (remainder ^ bit) & 1
        remainder = (remainder >> 1) ^ (0xA001 * odd)
    return text + remainder.to_bytes(2, "little").hex()


@pytest.fixture
def host() -> Iterator[Client]:
    with bench("pyrousb") as running, client(port(running, "pyrousb"), 9600) as opened:
        yield opened


def values(reply: str) -> list[int]:
    raw = bytes.fromhex(reply)
    assert crc(raw[:-2].hex()) == reply
    return [int.from_bytes(raw[at : at + 2], "big", signed=True) for at in range(3, len(raw) - 2, 2)]


def test_the_golden_request_is_answered_by_three_temperatures(host: Client) -> None:
    reply = host.ask(GOLDEN, 11)
    assert reply.startswith("010306")
    filtered, unfiltered, sensor = values(reply)
    assert filtered == unfiltered
    assert 360 < filtered < 375, "factory emissivity, a person's forehead"
    assert 275 < sensor < 295


def test_both_read_functions_and_both_addresses_answer(host: Client) -> None:
    assert values(host.ask(crc("010400000004"), 13)) == [21, 0, 1, 0xE240 - 0x10000]
    assert host.ask(crc("ff0300000001"), 7) == crc("ff03020015")


def test_skin_under_its_own_emissivity_reads_lower_than_under_the_factorys(host: Client) -> None:
    assert values(host.ask(crc("010300180001"), 7)) == [9500]
    before = values(host.ask(GOLDEN, 11))[0]
    assert host.ask(crc("010600182648"), 8) == crc("010600182648")
    after = values(host.ask(GOLDEN, 11))[0]
    assert 1 <= before - after <= 6
    assert abs(after - 364) <= 1
    assert values(host.ask(crc("010300080001"), 7)) == [9500], "the kept one has not changed"


def test_several_registers_are_written_at_once(host: Client) -> None:
    assert host.ask(crc("0110000c0003060001000a0014"), 8) == crc("0110000c0003")
    assert values(host.ask(crc("0103000c0003"), 11)) == [1, 10, 20]


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        ("010100000001", "018101"),
        ("012b0e0100", "01ab01"),
        ("010300180002", "018302"),
        ("010400400001", "018402"),
        ("010600120000", "018602"),
        ("010600082711", "018603"),
        ("010600080001", "018603"),
        ("010300120000", "018303"),
        ("01100000000102abcd", "019002"),
    ],
)
def test_a_bad_function_address_or_value_is_refused_with_its_code(host: Client, request_: str, refusal: str) -> None:
    assert host.ask(crc(request_), 5) == crc(refusal)


def test_a_wrong_sum_and_another_slave_are_answered_by_nothing(host: Client) -> None:
    host.write(GOLDEN[:-2] + "cf")
    assert host.hears_nothing()
    host.write(crc("020300120003"))
    assert host.hears_nothing()


def test_noise_spoils_the_request_it_precedes_and_not_the_one_after_a_pause() -> None:
    sensor = device()
    assert sensor.receive(bytes.fromhex("00" + GOLDEN), 1.0) == []
    assert len(sensor.receive(bytes.fromhex(GOLDEN), 1.1)) == 1


def test_a_broadcast_is_obeyed_and_not_answered() -> None:
    sensor = device()
    assert ask(sensor, crc("000600182648")) == []
    assert ask(sensor, crc("010300180001")) == [crc("0103022648")]


def test_a_new_slave_address_is_in_force_at_once() -> None:
    sensor = device()
    assert ask(sensor, crc("010600050007")) == [crc("010600050007")]
    assert ask(sensor, GOLDEN) == []
    assert len(ask(sensor, crc("070300120003"))) == 1
    assert len(ask(sensor, crc("ff0300120003"))) == 1


def test_the_answer_comes_after_twenty_milliseconds() -> None:
    (out,) = device().receive(bytes.fromhex(GOLDEN), 0.0)
    assert isinstance(out, Out)
    assert (out.work_s, out.baud) == (0.02, 9600)


def test_what_is_written_for_the_moment_is_forgotten_without_power() -> None:
    sensor = device()
    ask(sensor, crc("010600182648"))
    ask(sensor, crc("0106000c0001"))
    sensor.power_on(1.0)
    assert ask(sensor, crc("010300180001")) == [crc("010302251c")]
    assert ask(sensor, crc("0103000c0001")) == [crc("0103020001")]


def test_an_os_miniusb_has_its_own_map() -> None:
    with bench("miniusb") as running, client(port(running, "miniusb"), 9600) as host:
        assert values(host.ask(crc("010300000001"), 7)) == [17]
        filtered, unfiltered, sensor, status = values(host.ask(crc("0103000e0004"), 13))
        assert filtered == unfiltered
        assert 360 < filtered < 375
        assert 275 < sensor < 295
        assert status == 0
        assert host.ask(crc("010300180001"), 5) == crc("018302")


def test_a_failed_measurement_sets_the_status_bit() -> None:
    faults = {Fault.SENSOR_ABNORMAL}
    (reply,) = ask(PyroUsb(Scene(1, 0), faults, random.Random(1), layout=MINIUSB), crc("010300110001"), power=True)
    assert reply == crc("0103020001")


def test_a_wall_is_no_person() -> None:
    sensor = device({Fault.NOT_A_PERSON})
    (reply,) = ask(sensor, GOLDEN)
    assert values(reply)[0] < 300


def device(faults: set[Fault] | None = None) -> PyroUsb:
    sensor = PyroUsb(Scene(1, 0), faults or set(), random.Random(1))
    sensor.power_on(0.0)
    return sensor


def ask(sensor: PyroUsb, request: str, power: bool = False) -> list[str]:
    if power:
        sensor.power_on(0.0)
    return [out.frame.hex() for out in sensor.receive(bytes.fromhex(request), 10.0)]
