"""Modbus frames of PyroUSB against published bytes and against pymodbus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)

from protocols import pyrousb
from protocols.checksums import crc16_modbus
from protocols.errors import BadCommand, BadFrame
from protocols.pyrousb import Function, Measurement, Read, Refusal, Request, Status, Unsupported, Write

GOLDEN = bytes.fromhex("010300120003A5CE")
HOST = FramerRTU(DecodePDU(False))
WORDS = st.integers(0, 0xFFFF)


def found(*pieces: bytes) -> list[Request]:
    finder = pyrousb.request_finder()
    return [request for piece in pieces for request in finder.feed(piece)]


def understood(reply: bytes) -> ModbusPDU:
    """The reply as pymodbus reads it."""
    used, pdu = HOST.handleFrame(reply, 0, 0)
    assert used == len(reply)
    assert pdu is not None
    return pdu


def test_the_sum_is_the_one_published_for_this_crc() -> None:
    assert crc16_modbus(b"123456789") == 0x4B37


def test_the_golden_request_asks_for_three_registers_from_12() -> None:
    assert pyrousb.decode_request(GOLDEN) == Read(1, Function.READ_HOLDING, 0x12, 3)
    assert found(GOLDEN) == [Read(1, Function.READ_HOLDING, 0x12, 3)]


@pytest.mark.parametrize("at", range(1, 8))
def test_requests_are_found_whole_however_they_arrive(at: int) -> None:
    expected = [Read(1, Function.READ_HOLDING, 0x12, 3)] * 2
    assert found(GOLDEN[:at], GOLDEN[at:] + GOLDEN[:at], GOLDEN[at:]) == expected


@given(st.integers(1, 255), WORDS, st.integers(1, 125), st.lists(WORDS, min_size=1, max_size=123))
def test_what_pymodbus_asks_is_understood(slave: int, address: int, count: int, values: list[int]) -> None:
    asked: list[tuple[ModbusPDU, Request]] = [
        (
            ReadHoldingRegistersRequest(dev_id=slave, address=address, count=count),
            Read(slave, Function.READ_HOLDING, address, count),
        ),
        (
            ReadInputRegistersRequest(dev_id=slave, address=address, count=count),
            Read(slave, Function.READ_INPUT, address, count),
        ),
        (
            WriteSingleRegisterRequest(dev_id=slave, address=address, registers=values[:1]),
            Write(slave, Function.WRITE_ONE, address, (values[0],)),
        ),
        (
            WriteMultipleRegistersRequest(dev_id=slave, address=address, registers=values),
            Write(slave, Function.WRITE_MANY, address, tuple(values)),
        ),
    ]
    stream = b"".join(HOST.buildFrame(pdu) for pdu, _ in asked)
    assert found(stream) == [request for _, request in asked]


@given(WORDS, st.lists(WORDS, min_size=1, max_size=125))
def test_pymodbus_understands_what_is_answered(address: int, values: list[int]) -> None:
    read = understood(pyrousb.read_reply(Read(1, Function.READ_HOLDING, address, len(values)), values))
    assert isinstance(read, ReadHoldingRegistersResponse)
    assert list(read.registers) == values
    one = understood(pyrousb.write_reply(Write(255, Function.WRITE_ONE, address, (values[0],))))
    assert isinstance(one, WriteSingleRegisterResponse)
    assert (one.dev_id, one.address, list(one.registers)) == (255, address, values[:1])
    many = understood(pyrousb.write_reply(Write(1, Function.WRITE_MANY, address, tuple(values))))
    assert isinstance(many, WriteMultipleRegistersResponse)
    assert (many.address, many.count) == (address, len(values))


def test_a_refusal_sets_the_functions_high_bit() -> None:
    refused = pyrousb.refusal_reply(Read(1, Function.READ_HOLDING, 0x40, 1), Refusal.ADDRESS)
    assert refused == bytes.fromhex("018302C0F1")
    pdu = understood(refused)
    assert isinstance(pdu, ExceptionResponse)
    assert pdu.exception_code == 2


def test_an_unknown_function_is_a_request_that_ends_where_its_sum_fits() -> None:
    coils = bytes.fromhex("01010000000AbC0D")
    diagnose = bytes.fromhex("11 07 4C22")
    assert found(coils + GOLDEN) == [Unsupported(1, 1, Refusal.FUNCTION), Read(1, Function.READ_HOLDING, 0x12, 3)]
    assert found(diagnose) == [Unsupported(17, 7, Refusal.FUNCTION)]


def test_a_wrong_sum_is_no_request() -> None:
    wrong = GOLDEN[:-1] + b"\xcf"
    with pytest.raises(BadFrame):
        pyrousb.decode_request(wrong)
    assert found(wrong) == []


@pytest.mark.parametrize("frame", ["0103001200006400", "010300120080"])
def test_a_count_that_modbus_does_not_allow_is_refused_as_a_value(frame: str) -> None:
    body = bytes.fromhex(frame)[:6]
    whole = body + crc16_modbus(body).to_bytes(2, "little")
    assert found(whole) == [Unsupported(1, Function.READ_HOLDING, Refusal.VALUE)]


def test_a_measurement_is_four_registers_in_tenths_of_a_degree() -> None:
    registers = (364, 0xFFF6, 285, 0x11)
    measured = pyrousb.measurement(registers)
    assert measured == Measurement(364, -10, 285, Status.MEASUREMENT_ERROR | Status.OBJECT_HOT)
    assert measured.registers() == registers
    with pytest.raises(BadFrame):
        pyrousb.measurement((364, 364, 285, 0x20))
    with pytest.raises(BadFrame):
        pyrousb.measurement((364, 364, 285))
    with pytest.raises(BadCommand):
        Measurement(40_000, 0, 0, Status(0)).registers()


def test_the_serial_number_is_two_registers() -> None:
    who = pyrousb.identity((21, 0, 0x0001, 0xE240))
    assert (who.type_number, who.serial) == (21, 123_456)
    assert who.registers() == (21, 0, 0x0001, 0xE240)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_give_the_same_requests_however_they_are_split(data: bytes, at: int) -> None:
    assert found(data) == found(data[:at], data[at:])
