"""EF01 against the literal bytes of a real R503 and of the manuals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import ef01
from protocols import ef01_commands as commands
from protocols import ef01_replies as replies
from protocols.ef01 import Packet, PacketId
from protocols.errors import BadCommand, BadFrame
from protocols.layout import unpadded

HOST_SENDS = {
    "EF01FFFFFFFF 01 0003 01 0005": commands.GenImg(),
    "EF01FFFFFFFF 01 0004 02 01 0008": commands.Img2Tz(1),
    "EF01FFFFFFFF 01 0003 03 0007": commands.Match(),
    "EF01FFFFFFFF 01 0008 04 01 0000 0064 0072": commands.Search(1, 0, 100),
    "EF01FFFFFFFF 01 0003 05 0009": commands.RegModel(),
    "EF01FFFFFFFF 01 0006 06 01 0001 000F": commands.Store(1, 1),
    "EF01FFFFFFFF 01 0003 0A 000E": commands.UpImage(),
    "EF01FFFFFFFF 01 0003 0B 000F": commands.DownImage(),
    "EF01FFFFFFFF 01 0007 0C 0000 0001 0015": commands.DeleteChar(0, 1),
    "EF01FFFFFFFF 01 0003 0D 0011": commands.Empty(),
    "EF01FFFFFFFF 01 0005 0E 06 03 001D": commands.SetSysPara(commands.Parameter.PACKET_SIZE, 3),
    "EF01FFFFFFFF 01 0003 0F 0013": commands.ReadSysPara(),
    "EF01FFFFFFFF 01 0007 13 00000000 001B": commands.VfyPwd(),
    "EF01FFFFFFFF 01 0003 14 0018": commands.GetRandomCode(),
    "EF01FFFFFFFF 01 0003 16 001A": commands.ReadInfPage(),
    "EF01FFFFFFFF 01 0003 1D 0021": commands.TemplateNum(),
    "EF01FFFFFFFF 01 0004 1F 00 0024": commands.ReadIndexTable(0),
    "EF01FFFFFFFF 01 0003 3C 0040": commands.ReadProdInfo(),
}

WHOLE_ACK_BYTES = {
    replies.Ack(0): 12,
    replies.MatchScore(1).ack(): 14,
    replies.SearchResult(1, 2).ack(): 16,
    replies.SysPara(0, 0, 0, 0, 0, 0, 0).ack(): 28,
    replies.RandomCode(b"abcd").ack(): 16,
    replies.Notepad(bytes(32)).ack(): 44,
    replies.TemplateCount(9).ack(): 14,
    replies.IndexTable(bytes(32)).ack(): 44,
    replies.Version.of("R503").ack(): 44,
}


def one_packet(literal: str) -> Packet:
    (packet,) = ef01.packet_finder().feed(bytes.fromhex(literal))
    return packet


@pytest.mark.parametrize("literal", HOST_SENDS)
def test_commands_are_the_manuals_bytes_both_ways(literal: str) -> None:
    command = HOST_SENDS[literal]
    assert command.packet().encode() == bytes.fromhex(literal)
    assert commands.decode_command(one_packet(literal)) == command


def test_every_opcode_of_the_tables_has_its_command() -> None:
    zfm = {*range(0x01, 0x10), 0x12, 0x13, 0x14, 0x15, 0x16, 0x18, 0x19, 0x1B, 0x1D, 0x1F}
    r503 = {0x28, 0x30, 0x31, 0x32, 0x35, 0x36, 0x39, 0x3A, 0x3C, 0x3D, 0x40}
    assert set(commands.COMMANDS) == zfm | r503 | {0x53}


def test_an_r503_accepts_the_password() -> None:
    ack = replies.decode_ack(one_packet("EF01FFFFFFFF 07 0003 00 000A"))
    assert ack == replies.Ack(replies.Confirmation.OK)
    assert ack.packet().encode() == bytes.fromhex("EF01FFFFFFFF 07 0003 00 000A")


def test_an_r503_tells_its_system_parameters() -> None:
    literal = "EF01FFFFFFFF 07 0013 00 0004 0000 00C8 0003 FFFFFFFF 0002 0006 04ED"
    para = replies.SysPara.unpack(replies.decode_ack(one_packet(literal)).extra)
    assert para == replies.SysPara(4, 0, 200, 3, 0xFFFFFFFF, 2, 6)
    assert (para.payload, para.baud_factor * ef01.BAUD_UNIT) == (128, 57600)
    assert replies.Status(para.status) is replies.Status.PASSWORD_VERIFIED
    assert para.ack().packet().encode() == bytes.fromhex(literal)


@pytest.mark.parametrize(
    ("literal", "code", "result"),
    [
        ("EF01FFFFFFFF 07 0007 00 0001 0060 006F", 0x00, replies.SearchResult(1, 96)),
        ("EF01FFFFFFFF 07 0007 09 01EE 0000 0106", 0x09, replies.SearchResult(0x1EE, 0)),
    ],
)
def test_an_r503_answers_a_search(literal: str, code: int, result: replies.SearchResult) -> None:
    ack = replies.decode_ack(one_packet(literal))
    assert ack.code == code
    assert replies.SearchResult.unpack(ack.extra) == result
    assert result.ack(code).packet().encode() == bytes.fromhex(literal)


@pytest.mark.parametrize("ack", WHOLE_ACK_BYTES, ids=lambda ack: f"{len(ack.extra)} extra")
def test_acknowledges_are_as_long_as_the_manual_says(ack: replies.Ack) -> None:
    assert len(ack.packet().encode()) == WHOLE_ACK_BYTES[ack]
    assert replies.decode_ack(ack.packet()) == ack


def test_product_information_has_46_bytes_in_the_manuals_order() -> None:
    raw = (
        b"R503".ljust(16, b"\0")
        + b"B001"
        + b"SN000042"
        + b"\x01\x02"
        + b"GC0328\0\0"
        + bytes.fromhex("00C0 00C0 0600 00C8")
    )
    info = replies.ProdInfo.unpack(raw)
    assert len(raw) == 46
    assert (info.width, info.height, info.template_bytes, info.capacity) == (192, 192, 1536, 200)
    assert (unpadded(info.model), unpadded(info.serial)) == ("R503", "SN000042")
    assert info.pack() == raw


def test_the_index_table_counts_bits_from_the_low_end_of_each_byte() -> None:
    table = replies.IndexTable(bytes([0b1000_0001, 0b10]) + bytes(30))
    assert table.templates == {0, 7, 9}
    assert replies.IndexTable.of({0, 7, 9}) == table


def test_an_unknown_confirmation_code_stays_a_number() -> None:
    assert replies.decode_ack(replies.Ack(0x77).packet()).code == 0x77


def test_two_pixels_share_a_byte_the_left_one_in_the_high_nibble() -> None:
    assert ef01.unpack_image(bytes([0xF0, 0x1A])) == bytes([255, 0, 17, 170])
    assert ef01.pack_image(bytes([255, 0, 17, 170])) == bytes([0xF0, 0x1A])
    assert ef01.pack_image(bytes([0x1F, 0xEF])) == bytes([0x1E])


@given(st.binary(max_size=400))
def test_unpacking_and_packing_loses_nothing(packed: bytes) -> None:
    assert ef01.pack_image(ef01.unpack_image(packed)) == packed


def test_an_image_of_a_zfm20_takes_288_packets_and_40044_bytes_with_its_ack() -> None:
    image = ef01.pack_image(bytes(256 * 288))
    packets = ef01.data_packets(image, 128)
    wire = replies.Ack(0).packet().encode() + b"".join(packet.encode() for packet in packets)
    assert (len(image), len(packets), len(wire)) == (36_864, 288, 40_044)
    assert [packet.pid for packet in packets].count(PacketId.END) == 1
    assert ef01.join(ef01.packet_finder().feed(wire)[1:]) == image


def test_an_image_of_an_r503_takes_20028_bytes_with_its_ack() -> None:
    packets = ef01.data_packets(bytes(192 * 192 // 2), 128)
    assert 12 + sum(len(packet.encode()) for packet in packets) == 20_028


def test_a_module_that_never_sends_the_end_packet_is_complete_by_size() -> None:
    whole = ef01.Reassembly(expected_bytes=64)
    assert not whole.add(Packet(PacketId.DATA, bytes(32)))
    assert whole.add(Packet(PacketId.DATA, bytes(32)))
    assert not whole.ended
    with pytest.raises(BadFrame):
        whole.add(Packet(PacketId.DATA, bytes(32)))


def test_an_acknowledge_within_data_is_refused() -> None:
    with pytest.raises(BadFrame):
        ef01.Reassembly().add(replies.Ack(0).packet())
    with pytest.raises(BadFrame):
        ef01.join(ef01.data_packets(bytes(64), 32)[:-1])


@pytest.mark.parametrize("at", range(12))
def test_any_changed_byte_but_the_address_spoils_a_packet(at: int) -> None:
    good = bytes.fromhex("EF01FFFFFFFF 07 0003 00 000A")
    wrong = bytearray(good)
    wrong[at] ^= 0x10
    if 2 <= at < 6:
        assert ef01.decode_packet(bytes(wrong)).address != ef01.DEFAULT_ADDRESS
    else:
        with pytest.raises(BadFrame):
            ef01.decode_packet(bytes(wrong))


@given(st.binary(max_size=300))
def test_whatever_arrives_the_parsers_raise_nothing_but_bad_frame(data: bytes) -> None:
    for pid in PacketId:
        packet = Packet(pid, data[:256])
        assert ef01.decode_packet(packet.encode()) == packet
        for parse in (commands.decode_command, replies.decode_ack):
            try:
                parse(packet)
            except BadFrame:
                continue
    for reply in replies.Reply.__subclasses__():
        try:
            assert reply.unpack(data).pack() == data
        except BadFrame:
            continue


@pytest.mark.parametrize(
    "command",
    [
        commands.Img2Tz(256),
        commands.VfyPwd(-1),
        commands.WriteNotepad(0, b"short"),
        commands.WriteNotepad(0, bytes(33)),
    ],
)
def test_a_value_that_does_not_fit_is_our_mistake(command: commands.Command) -> None:
    with pytest.raises(BadCommand):
        command.packet()
    with pytest.raises(BadCommand):
        Packet(PacketId.DATA, bytes(257)).encode()
