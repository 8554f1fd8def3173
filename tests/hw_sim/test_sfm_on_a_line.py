"""The module answers a client that is written from the maker's manual, over a real pseudo-terminal."""

import random
import struct
from collections.abc import Iterator

import numpy as np
import pytest

from hw_sim.scene import Scene
from hw_sim.server import Bench
from hw_sim.sfm import Sfm
from tests.hw_sim.benches import Client, bench, client, port

PIXELS = 272 * 320
GRAY = (0x01, 0, 0x30, 0x6C)
ONE_TOUCH = (0x01, 0, 0x30, 0x65)


def packet(command: int, param: int = 0, size: int = 0, flag: int = 0) -> str:
    """Put together here by the manual's rule, not by the codec under test."""
    body = struct.pack("<BBIIB", 0x40, command, param, size, flag)
    return (body + bytes((sum(body) & 0xFF, 0x0A))).hex()


def told(host: Client) -> tuple[int, int, int, int]:
    """The next reply: command, param, size, error."""
    raw = host.read(13)
    assert len(raw) == 13
    assert (raw[0], raw[11], raw[12]) == (0x40, sum(raw[:11]) & 0xFF, 0x0A)
    command, param, size, error = struct.unpack("<xBIIB2x", raw)
    return command, param, size, error


def ask(host: Client, command: int, param: int = 0, size: int = 0, flag: int = 0) -> tuple[int, int, int, int]:
    host.write(packet(command, param, size, flag))
    return told(host)


@pytest.fixture
def running() -> Iterator[Bench]:
    with bench("sfm5020") as started:
        yield started


@pytest.fixture
def host(running: Bench) -> Iterator[Client]:
    with client(port(running, "sfm5020"), 115200) as end:
        yield end


def test_the_manuals_literal_requests_are_answered(host: Client) -> None:
    host.write("40 03 00000000 00000000 6F B2 0A".replace(" ", ""))
    command, param, size, error = told(host)
    assert (command, param, error) == (0x03, 0, 0x61)
    assert size > 0, "the serial number"
    assert ask(host, 0x04) == (0x04, 0x30, 0, 0x61), "alive"
    assert ask(host, 0x85) == (0x85, 1, 0, 0x61)


def packets(host: Client, command: int, spoil: int | None = None) -> tuple[bytes, list[int]]:
    """An extended transfer as the maker's library takes it; packet `spoil` is called wrong once."""
    data, sizes = b"", list[int]()
    while True:
        told_command, place, size, _ = told(host)
        index, count = place >> 16, place & 0xFFFF
        content, total = host.read(size), host.read(4)
        assert told_command == command
        assert struct.unpack("<I", total)[0] == sum(content)
        if index == spoil:
            spoil = None
            host.write(packet(command, flag=0x82))
            continue
        host.write(packet(command, flag=0x83))
        data += content
        sizes.append(size)
        if index + 1 == count:
            return data, sizes


def test_an_extended_scan_brings_the_image_in_packets_of_4096_with_a_sum_each(host: Client) -> None:
    assert ask(host, *GRAY)[3] == 0x61
    host.write("40 83 00000000 00100000 00 D3 0A".replace(" ", ""))
    assert told(host)[3] == 0x62
    assert told(host) == (0x83, 0, 28 + PIXELS, 0x61)
    data, sizes = packets(host, 0x83, spoil=1)
    assert sizes == [4096] * 21 + [28 + PIXELS - 21 * 4096]
    assert host.hears_nothing(), "no 0A, and nothing after the last acknowledge"
    assert ask(host, 0x84, size=1000)[:3] == (0x84, 0, 28 + PIXELS)
    assert packets(host, 0x84) == (data, [1000] * 87 + [68])
    assert ask(host, 0x20) == (0x20, 0, 28 + PIXELS, 0x61)
    assert host.read(28 + PIXELS + 1) == data + b"\n", "the same as in one piece"


def test_another_request_ends_an_extended_transfer(host: Client) -> None:
    host.write(packet(0x83, size=4096))
    assert told(host)[3] == 0x62
    assert told(host)[3] == 0x61
    host.read(13 + 4096 + 4)
    assert ask(host, 0x04)[3] == 0x61
    host.write(packet(0x83, flag=0x83))
    assert host.hears_nothing()


def test_a_client_that_tries_the_extended_scan_of_an_old_firmware_falls_back() -> None:
    module = Sfm(Scene(1, 0), set(), random.Random(1), extended=False)

    def replies(request: str) -> list[bytes]:
        return [out.frame for out in module.receive(bytes.fromhex(request), 0.0)]

    assert replies("40 83 00000000 00100000 00 D3 0A") == [bytes.fromhex("4083000000000000000075380A")]
    scanned, done, data = replies("40 15 00000000 00000000 00 55 0A")
    assert (scanned[10], done[10]) == (0x62, 0x61)
    assert (len(data), data[-1]) == (struct.unpack("<I", done[6:10])[0] + 1, 0x0A)
    assert struct.unpack("<7i", data[:28])[4] == 1, "binary as the factory sets it"


def test_a_grey_image_is_28_bytes_and_87040_pixels_with_ridges(host: Client) -> None:
    assert ask(host, *GRAY) == (0x01, 0, 0x30, 0x61)
    assert ask(host, 0x15)[3] == 0x62
    assert told(host) == (0x15, 0, 28 + PIXELS, 0x61)
    data = host.read(28 + PIXELS + 1)
    assert data[:28] == bytes.fromhex("10010000 40010000 00000000 00000000 00000000 00540100 00000000")
    dark = np.mean(np.frombuffer(data[28:-1], np.uint8) < 128)
    assert 0.1 < dark < 0.9
    assert ask(host, 0x20) == (0x20, 0, 28 + PIXELS, 0x61), "the last image once more"
    assert host.read(28 + PIXELS + 1) == data


def test_no_image_was_taken_yet(host: Client) -> None:
    assert ask(host, 0x20)[3] == 0x60


def test_the_scan_success_packet_can_be_switched_off(host: Client) -> None:
    assert ask(host, 0x01, 0, 0x30, 0x75)[3] == 0x61
    assert ask(host, 0x15)[3] == 0x61


def test_parameters_are_as_the_factory_sets_them(host: Client) -> None:
    expected = {0x62: 0x3A, 0x68: 0x33, 0x6C: 0x31, 0x6D: 1, 0x71: 0x35, 0x75: 0x31, 0x65: 0x41, 0x73: 0}
    assert {number: ask(host, 0x03, flag=number)[2] for number in expected} == expected
    for text in (0x6E, 0x89, 0x72):
        assert struct.pack("<I", ask(host, 0x03, flag=text)[2]).decode("ascii").isprintable()
    assert ask(host, 0x03, flag=0xFE)[3] == 0x69
    assert ask(host, 0x01, 0, 0x39, 0x71)[3] == 0x75, "no such baud"
    assert ask(host, 0x01, 0, 5, 0x6F)[3] == 0x75, "the serial number is fixed"


def test_a_baud_is_in_force_once_it_was_saved(host: Client) -> None:
    assert ask(host, 0x01, 0, 0x38, 0x71)[3] == 0x61
    assert ask(host, 0x04)[3] == 0x61, "still at the old one"
    assert ask(host, 0x02)[3] == 0x61
    host.write(packet(0x04))
    assert host.hears_nothing()
    host.set_baud(921600)
    assert ask(host, 0x04)[3] == 0x61


def test_what_was_not_saved_is_forgotten_by_a_reset(host: Client) -> None:
    ask(host, 0x01, 0, 7, 0x6D)
    assert ask(host, 0x85)[1] == 7
    assert ask(host, 0xD0)[3] == 0x61
    assert ask(host, 0x85)[1] == 1


def test_an_enrolled_finger_is_verified_and_identified_and_another_is_not(running: Bench, host: Client) -> None:
    running.scene.hand.position = 2
    assert ask(host, *ONE_TOUCH)[3] == 0x61
    host.write("40 05 29990000 00000000 00 07 0A".replace(" ", ""))
    assert told(host)[3] == 0x62
    command, param, quality, error = told(host)
    assert (command, param, error) == (0x05, 0x9929, 0x61)
    assert 0 < quality <= 100
    for request, param in ((0x08, 0x9929), (0x11, 0)):
        assert ask(host, request, param)[3] == 0x62
        assert told(host) == (request, 0x9929, 0, 0x61)
    running.scene.hand.position = 7
    for request, param, miss in ((0x08, 0x9929, 0x6A), (0x11, 0, 0x69)):
        assert ask(host, request, param)[3] == 0x62
        assert told(host)[3] == miss
    assert ask(host, 0x08, 5)[3] == 0x69, "nobody has this id"
    assert ask(host, 0x05, 0x9929, 0, 0x70)[3] == 0x6E, "the id is taken"
    assert ask(host, 0x05)[3] == 0x76, "no id"


def test_the_factorys_enrolment_takes_two_touches_and_answers_twice(host: Client) -> None:
    host.write(packet(0x05, 0, 0, 0x79))
    assert [told(host)[3] for _ in range(4)] == [0x62, 0x61, 0x62, 0x61]
    assert ask(host, 0x03, flag=0x73)[2] == 2


def test_a_template_goes_out_in_and_away(host: Client) -> None:
    ask(host, *ONE_TOUCH)
    host.write(packet(0x05, 3))
    assert [told(host)[3] for _ in range(2)] == [0x62, 0x61]
    _, _, size, error = ask(host, 0x14, 3)
    assert error == 0x61
    template = host.read(size + 1)
    assert template[-1] == 0x0A
    host.write(packet(0x07, 4, size) + template.hex())
    assert told(host) == (0x07, 4, 0, 0x61)
    assert ask(host, 0x16, 3)[3] == 0x61
    assert ask(host, 0x16, 3)[3] == 0x69
    assert ask(host, 0x11)[3] == 0x62
    assert told(host)[:2] == (0x11, 4), "the copy is found"
    assert ask(host, 0x17)[3] == 0x61
    assert ask(host, 0x03, flag=0x73)[2] == 0
    host.write(packet(0x07, 4, 3) + "0102030A")
    assert told(host)[3] == 0x82, "no template"
    host.write(packet(0x06, 4, 3) + "0102030A")
    assert told(host) == (0x06, 4, 0, 0x61), "an image, whatever is on it"


def test_a_scan_that_waits_is_busy_and_can_be_cancelled(running: Bench, host: Client) -> None:
    running.scene.hand.lifted = True
    host.write(packet(0x15))
    assert host.hears_nothing()
    assert ask(host, 0x1A)[3] == 0x80
    assert ask(host, 0x04)[1] == 0x31
    host.write(packet(0x60))
    assert [told(host)[::3] for _ in range(2)] == [(0x15, 0x81), (0x60, 0x61)]
    assert ask(host, 0x1A)[3] == 0x61


def test_a_scan_without_a_finger_times_out(running: Bench, host: Client) -> None:
    running.scene.hand.lifted = True
    assert ask(host, 0x01, 0, 0x31, 0x62)[3] == 0x61
    host.write(packet(0x15))
    assert host.hears_nothing()
    assert told(host)[3] == 0x6C


def test_a_finger_that_comes_later_is_read(running: Bench, host: Client) -> None:
    running.scene.hand.lifted = True
    host.write(packet(0x11))
    assert host.hears_nothing()
    running.scene.hand.lifted = False
    assert told(host)[3] == 0x62


def test_a_request_cut_short_is_dropped(host: Client) -> None:
    host.write(packet(0x04)[:14])
    for _ in range(3):
        assert host.hears_nothing()
    assert ask(host, 0x04)[3] == 0x61


def test_noise_a_wrong_sum_and_an_unknown_command(host: Client) -> None:
    host.write("00ff40" + packet(0x04)[:-4] + "000a")
    assert host.hears_nothing()
    assert ask(host, 0x04)[3] == 0x61
    assert ask(host, 0x41)[3] == 0x75


def test_faults_show_in_the_modules_own_words(running: Bench, host: Client) -> None:
    running.fault("sfm5020", "sensor_abnormal", True)
    assert ask(host, 0x15)[3] == 0x63
    assert ask(host, 0x04)[1] == 0x33
    running.fault("sfm5020", "sensor_abnormal", False)
    running.fault("sfm5020", "stuck_busy", True)
    assert ask(host, 0x15)[3] == 0x80
    running.fault("sfm5020", "stuck_busy", False)
    running.fault("sfm5020", "password_lost", True)
    assert ask(host, 0x15)[3] == 0xA1
