"""One frame in words, for technicians: the manuals' own terms."""

from protocols import ef01, isdv4, mcu90615, pyrousb, sfm, topaz, vc0706
from protocols.ef01 import Packet, PacketId
from protocols.ef01_commands import COMMANDS
from protocols.ef01_replies import Confirmation
from protocols.errors import BadFrame
from protocols.recording import Direction


def words(kind: str, direction: Direction, data: bytes, left_out: int = 0) -> str:
    """What a frame says; `left_out` bytes follow `data` that are not shown. Never raises for what the bytes are."""
    sent = direction is Direction.SENT
    try:
        match kind:
            case "ef01-r307" | "ef01-r503":
                return _ef01(data, left_out)
            case "sfm5020":
                return _sfm(data, sent, left_out)
            case "vc0706":
                return _vc0706(data, sent, left_out)
            case "topaz":
                return _topaz(data)
            case "isdv4":
                return _isdv4(data, sent)
            case "mcu90615":
                return _mcu90615(data, sent)
            case "pyrousb":
                return _modbus(data, sent)
            case _:
                return _stray(data, left_out)
    except BadFrame:
        return _stray(data, left_out)


def frames(kind: str, direction: Direction, data: bytes) -> list[bytes]:
    """A stretch of a line cut into frames, garbage between them in pieces of its own."""
    sent = direction is Direction.SENT
    match kind:
        case "ef01-r307" | "ef01-r503":
            return [piece for piece, _ in ef01.packet_finder().pieces(data)]
        case "sfm5020":
            return [piece for piece, _ in (sfm.request_stream() if sent else sfm.reply_stream()).pieces(data)]
        case "topaz":
            return [piece for piece, _ in topaz.report_finder().pieces(data)]
        case "isdv4" if not sent:
            return [piece for piece, _ in isdv4.report_finder().pieces(data)]
        case "mcu90615" if not sent:
            return [piece for piece, _ in mcu90615.reading_finder().pieces(data)]
        case _:
            return [data]


def _stray(data: bytes, left_out: int) -> str:
    count = len(data) + left_out
    return f"{count} stray byte{'' if count == 1 else 's'}"


def _ef01(data: bytes, left_out: int) -> str:
    if data == bytes((ef01.BOOT_BYTE,)):
        return "started"
    ef01.packet_length(data)
    pid = PacketId(data[6])
    match pid:
        case PacketId.DATA | PacketId.END:
            count = len(data) + left_out - ef01.OVERHEAD
            return f"{'last data' if pid is PacketId.END else 'data'}, {count} bytes"
        case PacketId.ACK:
            return _ef01_ack(ef01.decode_packet(data))
        case PacketId.COMMAND:
            content = ef01.decode_packet(data).content
            command = COMMANDS.get(content[0]) if content else None
            return command.__name__ if command else f"command {content[:1].hex().upper()}"


def _ef01_ack(packet: Packet) -> str:
    if not packet.content:
        raise BadFrame("empty")
    code, extra = packet.content[0], len(packet.content) - 1
    name = Confirmation(code).name.lower().replace("_", " ") if code in set(Confirmation) else f"code {code:02X}"
    return f"answer: {name}" + (f", {extra} bytes" if extra else "")


def _sfm(data: bytes, sent: bool, left_out: int) -> str:
    if not data and left_out:
        return f"{left_out} bytes of an image or template"
    packet = sfm.decode_packet(data)
    known = packet.command in set(sfm.Command)
    name = sfm.Command(packet.command).name.lower().replace("_", " ") if known else f"command {packet.command:02X}"
    if sent:
        return name
    known = packet.flag in set(sfm.Result)
    result = sfm.Result(packet.flag).name.lower().replace("_", " ") if known else f"error {packet.flag:02X}"
    return f"{name}: {result}" + (f", size {packet.size}" if packet.size else "")


def _vc0706(data: bytes, sent: bool, left_out: int) -> str:
    if sent:
        request = vc0706.decode_request(data)
        known = request.command in set(vc0706.Command)
        return vc0706.Command(request.command).name.lower().replace("_", " ") if known else f"{request.command:02X}"
    if b"Init end" in data:
        return "started"
    reply = vc0706.decode_reply(data[: vc0706.HEAD_LENGTH + data[4]] if len(data) > 4 else data)
    rest = len(data) + left_out - vc0706.HEAD_LENGTH
    status = vc0706.Status(reply.status).name.lower().replace("_", " ")
    return f"{reply.command.name.lower().replace('_', ' ')}: {status}" + (f", {rest} bytes" if rest > 0 else "")


def _topaz(data: bytes) -> str:
    if len(data) not in (1, topaz.LENGTH) or not data[0] & 0x80:
        raise BadFrame("no report")
    kind = data[0] >> 2 & 7
    where = f"pen {'down' if data[0] & 1 else 'up'}{', near' if data[0] & 0x40 else ''}"
    if kind == topaz.DEVICE_INFO_KIND:
        return "pad's model and serial number"
    return f"{'pressure' if kind == topaz.PRESSURE_KIND else 'position'}, {where}"


def _isdv4(data: bytes, sent: bool) -> str:
    if sent:
        known = {command.value: command.name.lower().replace("_", " ") for command in isdv4.Command}
        return known.get(data, _stray(data, 0))
    if len(data) == 1 and data[0] & 0xD0 == 0x80:
        return f"pen {'down' if data[0] & 1 else 'up'}{', near' if data[0] & 0x20 else ''}"
    match isdv4.decode(data):
        case isdv4.Pen() as pen:
            return f"pen {'down' if pen.tip else 'up'}{', near' if pen.proximity else ''}"
        case isdv4.Capabilities() as tablet:
            return f"tablet of {tablet.x_max} x {tablet.y_max}, pressure to {tablet.pressure_max}"


def _mcu90615(data: bytes, sent: bool) -> str:
    if sent:
        return mcu90615.decode_command(data).name.lower().replace("_", " ")
    reading = mcu90615.decode_reading(data)
    return f"{reading.object_c:.2f} °C, ambient {reading.ambient_c:.2f} °C"


def _modbus(data: bytes, sent: bool) -> str:
    if not sent:
        if len(data) > pyrousb.SHORTEST and data[1] & 0x80:
            return f"refused, code {data[2]}"
        return f"answer, {len(data)} bytes"
    match pyrousb.decode_request(data):
        case pyrousb.Read() as read:
            return f"read {read.count} registers from {read.address:02X}"
        case pyrousb.Write() as write:
            return f"write {len(write.values)} registers from {write.address:02X}"
        case pyrousb.Unsupported() as other:
            return f"function {other.function:02X}"
