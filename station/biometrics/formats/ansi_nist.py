"""A whole case as one ANSI/NIST-ITL file in traditional encoding (NIST SP 500-290): records of types 1, 2, 8, 10, 14
are written, those of other types read as fields or bytes.

Tagged records are fields `T.NNN:value`, joined by GS and ended by FS, values split into subfields by RS and items by
US; field 1 counts every byte of the record and 999 holds the picture and comes last. Types 3 to 8 are binary.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from drivers.api import PadSize, PenPoint
from station.biometrics.formats import fir
from station.biometrics.formats.errors import BadRecord
from station.biometrics.formats.fac import FacePhoto, ImageCoding

FS, GS, RS, US = "\x1c", "\x1d", "\x1e", "\x1f"
VERSION_2015 = "0502"
_LENGTH, _IDC_OR_VERSION, _CONTENT, _DATA = 1, 2, 3, 999
_SIGNATURE = 8
_BINARY_TYPES = range(3, 9)
_TEXT_TYPES = (1, 2, *range(9, 100))
_SHORTEST_VECTORS, _SHORTEST_IMAGE = 12, 18
_UTF8 = (("3", "UTF-8", ""),)
_SEPARATORS = re.compile("[\x1c-\x1f]")
_TAG = re.compile(rb"(\d{1,2})\.(\d{3,9}):")
_LENGTH_FIELD = re.compile(rb"(\d{1,2})\.001:(\d{1,10})\x1d")
_MIL_MM = 0.0254
_VECTORS = 2
_HARDEST = 254

_FACE_CODINGS = {
    ImageCoding.PNG: "PNG", ImageCoding.JPEG: "JPEGB", ImageCoding.JP2_LOSSY: "JP2", ImageCoding.JP2_LOSSLESS: "JP2L",
}  # fmt: skip
_FINGER_CODINGS = {
    fir.Compression.RAW: "NONE", fir.Compression.WSQ: "WSQ20", fir.Compression.JPEG: "JPEGB",
    fir.Compression.JP2_LOSSY: "JP2", fir.Compression.JP2_LOSSLESS: "JP2L", fir.Compression.PNG: "PNG",
}  # fmt: skip

Subfields = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One record: its type, its IDC (0 for type 1), its text fields but the length in rising order, and its picture.

    A record of types 3 to 8 has no fields, its `data` is all after the IDC. The repr shows no values.
    """

    type: int
    idc: int
    fields: tuple[tuple[int, Subfields], ...] = ()
    data: bytes | None = None

    def __repr__(self) -> str:
        return f"Record(type={self.type}, idc={self.idc}, ...)"

    def text(self, number: int) -> str | None:
        """A field's first item, None when the field is not there."""
        return next((value[0][0] for at, value in self.fields if at == number), None)


def transaction(kind: str, made_at: datetime, destination: str, origin: str, control_number: str) -> Record:
    """The type 1 record: `kind` of transaction, when, to and from which agency, under which number."""
    moment = made_at.astimezone(UTC)
    fields = _fields(
        (2, VERSION_2015), (4, kind), (5, f"{moment:%Y%m%d}"), (7, destination), (8, origin), (9, control_number),
        (11, "00.00"), (12, "00.00"), (14, f"{moment:%Y%m%d%H%M%SZ}"),
    )  # fmt: skip
    return Record(1, 0, fields)


def person(idc: int, values: Sequence[tuple[int, str]]) -> Record:
    """The type 2 record: the case's own fields, numbered from 3 as the receiving domain defines them."""
    return Record(2, idc, _fields(*sorted(values)))


def face(idc: int, photo: FacePhoto, source: str) -> Record:
    """A type 10 record of a frontal face; `source` names the capturing agency."""
    coding = _FACE_CODINGS[photo.coding]
    fields = _fields(
        (3, "FACE"), (4, source), (5, _day(photo.captured_at)), (6, str(photo.width)), (7, str(photo.height)),
        (8, "0"), (9, "1"), (10, "1"), (11, coding), (12, "RGB"), (20, "F"),
    )  # fmt: skip
    return Record(10, idc, fields, photo.data)


def finger(idc: int, one: fir.FingerRepresentation, source: str) -> Record:
    """A type 14 record of one impression. Scores go to field 24 (FQM): 22 (NQM) is for NFIQ's classes 1 to 5."""
    height, width = one.pixels.shape
    coding = _FINGER_CODINGS[one.compression]
    position = str(int(one.position))
    fields = _fields(
        (3, str(int(one.impression))), (4, source), (5, _day(one.captured_at)), (6, str(width)), (7, str(height)),
        (8, "1"), (9, str(one.image_ppi)), (10, str(one.image_ppi)), (11, coding), (12, str(one.depth_bits)),
        (13, position),
    )  # fmt: skip
    scores = tuple((position, str(block.score), f"{block.vendor:04X}", str(block.algorithm)) for block in one.quality)
    return Record(14, idc, fields + (((24, scores),) if scores else ()), fir.image_data(one))


def missing_finger(idc: int, annotation: fir.Annotation, noted_at: datetime, source: str) -> Record:
    """A type 14 record without a picture: amputated (XX) or unable to print (UP) in field 18."""
    code = {fir.AnnotationCode.AMPUTATED: "XX", fir.AnnotationCode.UNUSABLE: "UP"}[annotation.code]
    position = str(int(annotation.position))
    fields = _fields((3, "0"), (4, source), (5, _day(noted_at)), (13, position))
    return Record(14, idc, (*fields, (18, ((position, code),))))


def signature(idc: int, points: Sequence[PenPoint], size: PadSize) -> Record:
    """A type 8 record: the applicant's pen as vectors of x, y (0.001 inch from the bottom left) and pressure."""
    vectors = bytearray(struct.pack(">BBBHH", 0, _VECTORS, 0, 0, 0))
    for point in points:
        x, y = round(point.x_mm / _MIL_MM), round((size.height_mm - point.y_mm) / _MIL_MM)
        pressure = max(1, round(point.pressure * _HARDEST)) if point.down else 0
        vectors += struct.pack(">HHB", min(max(x, 0), 0xFFFF), min(max(y, 0), 0xFFFF), pressure)
    return Record(_SIGNATURE, idc, (), bytes(vectors))


def encode(records: Sequence[Record]) -> bytes:
    """The file of a type 1 record and what follows it; lengths and the table of contents are filled in here."""
    first, *others = records
    if first.type != 1 or any(record.type == 1 for record in others):
        raise ValueError("a file begins with its one type 1 record")
    content = (("1", str(len(others))), *((str(record.type), f"{record.idc:02d}") for record in others))
    fields = [*first.fields, (_CONTENT, content)]
    if not all(item.isascii() for record in records for _, value in record.fields for sub in value for item in sub):
        fields.append((15, _UTF8))
    head = Record(1, 0, tuple(sorted(fields)))
    return b"".join(_encode(record) for record in (head, *others))


def decode(data: bytes) -> tuple[Record, ...]:
    """The records of a file, type 1 without its table of contents; BadRecord where the bytes are anything else."""
    head, at = _decode_tagged(data, 0, 1)
    content = dict(head.fields).get(_CONTENT)
    if content is None:
        raise BadRecord(0, "no table of contents")
    entries = _entries(content)
    records = [Record(1, 0, tuple(field for field in head.fields if field[0] not in (_CONTENT, 15)))]
    for kind, idc in entries:
        start = at
        record, at = _decode_binary(data, at, kind) if kind in _BINARY_TYPES else _decode_tagged(data, at, kind)
        if record.idc != idc:
            raise BadRecord(start, f"record {record.idc} where the table of contents has {idc}")
        records.append(record)
    if at != len(data):
        raise BadRecord(at, f"{len(data) - at} bytes after the last record")
    return tuple(records)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d}"


def _fields(*values: tuple[int, str]) -> tuple[tuple[int, Subfields], ...]:
    return tuple((number, ((value,),)) for number, value in values)


def _encode(record: Record) -> bytes:
    if record.type in _BINARY_TYPES:
        body = record.data or b""
        return struct.pack(">IB", 5 + len(body), record.idc) + body
    fields = record.fields if record.type == 1 else ((_IDC_OR_VERSION, ((f"{record.idc:02d}",),)), *record.fields)
    parts = [_encode_field(record.type, number, value) for number, value in fields]
    if record.data is not None:
        parts.append(f"{record.type}.{_DATA}:".encode() + record.data)
    rest = GS.encode() + GS.encode().join(parts) + FS.encode()
    tag = f"{record.type}.{_LENGTH:03d}:"
    length = len(rest) + len(tag)
    while length != (counted := len(rest) + len(tag) + len(str(length))):
        length = counted
    return f"{tag}{length}".encode() + rest


def _encode_field(kind: int, number: int, value: Subfields) -> bytes:
    if any(_SEPARATORS.search(item) for subfield in value for item in subfield):
        raise ValueError(f"a separator within field {kind}.{number:03d}")
    return f"{kind}.{number:03d}:{RS.join(US.join(subfield) for subfield in value)}".encode()


def _entries(content: Subfields) -> list[tuple[int, int]]:
    """Type and IDC of every record after the first."""
    if any(
        len(entry) != 2 or not all(item.isascii() and item.isdigit() and len(item) < 4 for item in entry)
        for entry in content
    ):
        raise BadRecord(0, "the table of contents is not pairs of numbers")
    (kind, count), *entries = [(int(one), int(other)) for one, other in content]
    if kind != 1 or count != len(entries):
        raise BadRecord(0, "the table of contents does not count its own entries")
    return entries


def _decode_binary(data: bytes, at: int, kind: int) -> tuple[Record, int]:
    if len(data) - at < 5:
        raise BadRecord(at, f"the file ends within a type {kind} record")
    length, idc = struct.unpack_from(">IB", data, at)
    if not (_SHORTEST_VECTORS if kind == _SIGNATURE else _SHORTEST_IMAGE) <= length <= len(data) - at:
        raise BadRecord(at, f"a type {kind} record of {length} bytes")
    return Record(kind, idc, (), data[at + 5 : at + length]), at + length


def _decode_tagged(data: bytes, at: int, kind: int) -> tuple[Record, int]:
    """The tagged record that starts at `at` and must be of this type, and where it ends."""
    found = _LENGTH_FIELD.match(data, at)
    if kind not in _TEXT_TYPES or found is None or int(found[1]) != kind:
        raise BadRecord(at, f"no type {kind} record that is read here")
    end = at + int(found[2])
    if end > len(data) or end <= found.end() or data[end - 1 : end] != FS.encode():
        raise BadRecord(at, f"the type {kind} record does not end where it says")
    fields, picture = _decode_fields(data, found.end(), end - 1, kind)
    if kind == 1:
        return Record(1, 0, fields), end
    (number, value), *rest = fields or [(0, ())]
    if (
        number != _IDC_OR_VERSION
        or len(value) != 1
        or len(value[0]) != 1
        or not re.fullmatch("[0-9]{1,3}", value[0][0])
    ):
        raise BadRecord(at, "no IDC where it belongs")
    return Record(kind, int(value[0][0]), tuple(rest), picture), end


def _decode_fields(data: bytes, at: int, end: int, kind: int) -> tuple[tuple[tuple[int, Subfields], ...], bytes | None]:
    fields: list[tuple[int, Subfields]] = []
    last = _LENGTH
    while True:
        tag = _TAG.match(data, at, end)
        if tag is None or int(tag[1]) != kind or int(tag[2]) <= last:
            raise BadRecord(at, f"no field of type {kind} in its order")
        last = int(tag[2])
        if last == _DATA and kind != 1:
            return tuple(fields), data[tag.end() : end]
        stop = data.find(GS.encode(), tag.end(), end)
        raw = data[tag.end() : end if stop < 0 else stop]
        try:
            text = raw.decode()
        except UnicodeDecodeError as wrong:
            raise BadRecord(tag.end(), "text that is not UTF-8") from wrong
        if FS in text:
            raise BadRecord(tag.end(), "a record's end within a field")
        fields.append((last, tuple(tuple(subfield.split(US)) for subfield in text.split(RS))))
        if stop < 0:
            return tuple(fields), None
        at = stop + 1
