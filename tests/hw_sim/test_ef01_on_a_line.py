"""The modules answer the manuals' literal bytes over a real pseudo-terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hw_sim.benches import Client, bench, client, port

HEAD = "ef01ffffffff"
VFYPWD = HEAD + "01000713000000 00001b"
READSYSPARA = HEAD + "0100030f0013"
GENIMG = HEAD + "010003010005"
UPIMAGE = HEAD + "0100030a000e"
OK = HEAD + "07000300000a"


def refusal(code: int) -> str:
    return f"{HEAD}070003{code:02x}{0x0A + code:04x}"


def command(content: str) -> str:
    """A command packet put together here by the manual's rule, not by the codec under test."""
    body = bytes.fromhex(content)
    length = len(body) + 2
    total = (1 + (length >> 8) + (length & 0xFF) + sum(body)) & 0xFFFF
    return f"{HEAD}01{length:04x}{content}{total:04x}"


@pytest.fixture
def r503() -> Iterator[Client]:
    with bench("ef01-r503") as running, client(port(running, "ef01-r503"), 57600) as host:
        assert host.read(1) == b"\x55", "the boot byte"
        yield host


@pytest.fixture
def r307() -> Iterator[Client]:
    with bench("ef01-r307") as running, client(port(running, "ef01-r307"), 57600) as host:
        yield host


def test_password_and_parameters_answer_as_a_real_r503(r503: Client) -> None:
    assert r503.ask(VFYPWD, 12) == OK
    assert r503.ask(READSYSPARA, 28) == HEAD + "07001300 0004 0000 00c8 0003 ffffffff 0002 0006 04ed".replace(" ", "")


def test_a_search_in_an_empty_library_misses_with_sixteen_bytes(r503: Client) -> None:
    reply = r503.ask(command("0401000000c8"), 16)
    assert reply.startswith(HEAD + "07000709")
    assert reply[24:28] == "0000", "the score"


def test_an_r307_image_is_288_packets_of_128_bytes(r307: Client) -> None:
    assert r307.ask(GENIMG, 12) == OK
    r307.write(UPIMAGE)
    everything = r307.read(40_044)
    assert len(everything) == 40_044
    packets = [everything[at : at + 139] for at in range(12, 40_044, 139)]
    assert [packet[6] for packet in packets] == [2] * 287 + [8]
    assert r307.hears_nothing()


def test_an_r503_image_of_256_byte_packets_shows_ridges(r503: Client) -> None:
    assert r503.ask(command("0e0603"), 12) == OK
    assert r503.ask(GENIMG, 12) == OK
    r503.write(UPIMAGE)
    everything = r503.read(12 + 72 * 267)
    pixels = b"".join(everything[at + 9 : at + 265] for at in range(12, len(everything), 267))
    assert len(pixels) == 18_432
    dark = sum(1 for byte in pixels if byte >> 4 < 8)
    assert 0.1 < dark / len(pixels) < 0.9


def test_a_baud_change_is_answered_at_the_old_baud_and_then_in_force(r503: Client) -> None:
    assert r503.ask(command("0e040c"), 12) == OK
    r503.write(VFYPWD)
    assert r503.hears_nothing()
    r503.set_baud(115200)
    assert r503.ask(VFYPWD, 12) == OK


def test_a_wrong_baud_is_answered_by_nothing(r307: Client) -> None:
    r307.set_baud(9600)
    r307.write(VFYPWD)
    assert r307.hears_nothing()


def test_a_wrong_sum_is_a_receive_error(r307: Client) -> None:
    assert r307.ask(VFYPWD[:-2] + "1c", 12) == refusal(0x01)


def test_another_address_is_ignored(r307: Client) -> None:
    r307.write(VFYPWD.replace("ffffffff", "fffffffe"))
    assert r307.hears_nothing()


def test_a_password_locks_everything_until_it_is_verified(r503: Client) -> None:
    assert r503.ask(command("1200001234"), 12) == OK
    assert r503.ask(GENIMG, 12) == refusal(0x21)
    assert r503.ask(VFYPWD, 12) == refusal(0x13)
    assert r503.ask(GENIMG, 12) == refusal(0x21)
    assert r503.ask(command("1300001234"), 12) == OK
    assert r503.ask(GENIMG, 12) == OK


def test_the_acknowledge_of_a_new_address_carries_it(r503: Client) -> None:
    assert r503.ask(command("1511223344"), 12) == "ef011122334407000300000a"


def test_an_r307_knows_none_of_the_r503s_commands(r307: Client) -> None:
    for content in ("28", "30", "3501800100", "36", "39", "3a", "3c", "3d", "40"):
        assert r307.ask(command(content), 12) == refusal(0x1A)


def test_an_r503_tells_its_geometry(r503: Client) -> None:
    reply = bytes.fromhex(r503.ask(command("3c"), 58))
    assert len(reply) == 58
    assert reply[10:14] == b"R503"
    assert reply[48:56] == bytes.fromhex("00c000c0060000c8")


def test_a_soft_reset_ends_with_a_bare_boot_byte(r503: Client) -> None:
    assert r503.ask(command("3d"), 13) == OK + "55"


def test_nothing_comes_of_an_image_that_was_not_taken(r307: Client) -> None:
    assert r307.ask(UPIMAGE, 12) == refusal(0x0F)
    assert r307.ask(command("0201"), 12) == refusal(0x15)
    assert r307.ask(command("060003"), 12) == refusal(0x01), "a field short"
    assert r307.ask(command("060103e8"), 12) == refusal(0x0B), "page 1000 of 0..999"


def test_flash_survives_power_and_the_program(tmp_path: Path) -> None:
    with bench("ef01-r307", state=tmp_path) as running, client(port(running, "ef01-r307"), 57600) as host:
        assert host.ask(GENIMG, 12) == OK
        assert host.ask(command("0201"), 12) == OK
        assert host.ask(command("06010007"), 12) == OK
    with bench("ef01-r307", state=tmp_path) as running, client(port(running, "ef01-r307"), 57600) as host:
        table = bytes.fromhex(host.ask(command("1f00"), 44))
        assert table[10:42] == bytes([0x80]) + bytes(31)
        assert host.ask(GENIMG, 12) == OK
        assert host.ask(command("0201"), 12) == OK
        assert host.ask(command("04010000 03e8".replace(" ", "")), 16).startswith(
            HEAD + "0700070000 07".replace(" ", "")
        )


def test_a_finger_is_lifted_once_its_image_was_sent(r307: Client) -> None:
    assert r307.ask(GENIMG, 12) == OK
    assert r307.ask(GENIMG, 12) == OK, "looking alone lifts nothing"
    r307.write(UPIMAGE)
    r307.read(40_044)
    assert r307.ask(GENIMG, 12) == refusal(0x02)
