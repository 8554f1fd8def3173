"""The audit log names its first bad record, survives torn ends and failing disks, and takes no free text."""

import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.api import Role
from station.biometrics.model import FingerPosition
from station.registry.model import RoleOfOfficer
from station.safekeeping import audit
from station.safekeeping.audit import AuditFault, AuditLog, verify
from station.safekeeping.bundle import Checkpoint, Instant
from station.safekeeping.cbor import BadCbor
from station.safekeeping.disk import SystemDisk
from station.safekeeping.events import DECLARED, EventKind
from tests.helpers.sealing import FailingDisk

WHEN = Instant(1_795_482_000_000, "boot", 5)
CASE = b"c" * 16


def frames(folder: Path) -> list[bytes]:
    """The records of the first file, each with its length in front."""
    data, out = (folder / "000001.log").read_bytes(), []
    while data:
        size = 4 + int.from_bytes(data[:4], "big")
        out.append(data[:size])
        data = data[size:]
    return out


def rewrite(folder: Path, records: list[bytes]) -> None:
    (folder / "000001.log").write_bytes(b"".join(records))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of ten records."""
    log = AuditLog.open(tmp_path / "audit", SystemDisk(), WHEN)
    for number in range(9):
        log.append(EventKind.OFFICER_LOGGED_IN, WHEN, {"role": RoleOfOfficer.OFFICER, "officer": f"p-{number}"})
    log.close()
    return tmp_path / "audit"


def test_an_untouched_log_is_whole(folder: Path) -> None:
    report = verify(folder)
    assert (report.whole, report.records) == (True, 10)
    assert report.head == list(audit.records(folder))[-1].digest


@pytest.mark.parametrize("index", range(10))
def test_a_record_taken_out_is_named(folder: Path, index: int) -> None:
    checkpoint = Checkpoint(10, verify(folder).head)
    records = frames(folder)
    rewrite(folder, records[:index] + records[index + 1 :])
    bad = verify(folder, checkpoint).bad
    assert bad is not None
    assert bad.index == index
    assert bad.fault is (AuditFault.CHAIN if index < 9 else AuditFault.MISSING)


@pytest.mark.parametrize("index", range(10))
def test_an_edited_record_is_named_or_the_one_after_it(folder: Path, index: int) -> None:
    checkpoint = Checkpoint(10, verify(folder).head)
    records = frames(folder)
    edited = bytearray(records[index])
    place = edited.rfind(b"boot")
    edited[place : place + 4] = b"bOOt"
    records[index] = bytes(edited)
    rewrite(folder, records)
    bad = verify(folder, checkpoint).bad
    assert bad is not None
    assert bad.index == min(index + 1, 9)
    assert bad.fault is (AuditFault.CHAIN if index < 9 else AuditFault.CHECKPOINT)
    assert bad.offset == sum(map(len, records[: index + 1])) if index < 9 else True


def test_records_in_another_order_are_named(folder: Path) -> None:
    records = frames(folder)
    records[3], records[4] = records[4], records[3]
    rewrite(folder, records)
    bad = verify(folder).bad
    assert bad is not None
    assert (bad.index, bad.file, bad.offset) == (3, "000001.log", sum(map(len, records[:3])))


def test_a_cut_inside_a_record_is_named_at_every_length(folder: Path) -> None:
    records = frames(folder)
    whole = b"".join(records)
    for length in range(len(whole) - len(records[-1]) + 1, len(whole)):
        (folder / "000001.log").write_bytes(whole[:length])
        bad = verify(folder).bad
        assert bad is not None
        assert (bad.index, bad.fault) == (9, AuditFault.TORN)


def test_a_log_rewritten_as_a_whole_is_shown_by_a_checkpoint(folder: Path, tmp_path: Path) -> None:
    checkpoint = Checkpoint(5, list(audit.records(folder))[4].digest)
    assert verify(folder, checkpoint).whole
    forged = AuditLog.open(tmp_path / "forged", SystemDisk(), replace(WHEN, unix_ms=0))
    for _ in range(9):
        forged.append(EventKind.OFFICER_LOGGED_OUT, WHEN, {})
    forged.close()
    assert verify(tmp_path / "forged").whole
    bad = verify(tmp_path / "forged", checkpoint).bad
    assert bad is not None
    assert (bad.index, bad.fault) == (4, AuditFault.CHECKPOINT)


def test_a_missing_file_of_the_log_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "SEGMENT_BYTES", 300)
    log = AuditLog.open(folder, SystemDisk(), WHEN)
    for _ in range(20):
        log.append(EventKind.OFFICER_LOGGED_OUT, WHEN, {})
    log.close()
    assert len(audit.segments(folder)) > 3
    assert (verify(folder).whole, verify(folder).records) == (True, 30)
    (folder / "000002.log").unlink()
    bad = verify(folder).bad
    assert bad is not None
    assert (bad.file, bad.fault) == ("000002.log", AuditFault.SEGMENT_MISSING)


def kinds(folder: Path) -> list[EventKind]:
    return [record.kind for record in audit.records(folder)]


@pytest.mark.parametrize("rest", [b"\0\0", b"\0\0\0\x30half", b"\0" * 64])
def test_a_torn_end_is_cut_off_and_written_down(folder: Path, rest: bytes) -> None:
    with (folder / "000001.log").open("ab") as file:
        file.write(rest)
    AuditLog.open(folder, SystemDisk(), WHEN).close()
    assert verify(folder).whole
    assert kinds(folder)[-1] is EventKind.LOG_MENDED


def test_a_damaged_log_is_put_aside_whole_and_the_new_one_says_so(folder: Path) -> None:
    records = frames(folder)
    rewrite(folder, records[:4] + records[5:])
    damaged = (folder / "000001.log").read_bytes()
    AuditLog.open(folder, SystemDisk(), WHEN).close()
    assert (folder.parent / "audit-damaged-1" / "000001.log").read_bytes() == damaged
    (first,) = audit.records(folder)
    assert (first.kind, first.fields["record"]) == (EventKind.LOG_DAMAGED, 4)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(8))
def test_a_failing_disk_loses_no_event_and_breaks_no_chain(folder: Path, at: int, after: bool) -> None:
    disk = FailingDisk(failure=lambda: OSError(errno.EIO, "no"), after=after, once=True)
    log = AuditLog.open(folder, disk, WHEN)
    disk.arm(at)
    outcomes = [log.append(EventKind.PIN_CHANGED, WHEN, {"subject": f"p-{n}"}) for n in range(4)]
    assert outcomes.count(False) <= 1
    log.close()
    subjects = [record.fields["subject"] for record in audit.records(folder) if record.kind is EventKind.PIN_CHANGED]
    assert subjects == ["p-0", "p-1", "p-2", "p-3"]
    assert verify(folder).whole


def test_what_the_disk_refuses_waits_in_memory_in_order(folder: Path) -> None:
    disk = FailingDisk(failure=lambda: OSError(errno.ENOSPC, "full"))
    log = AuditLog.open(folder, disk, WHEN)
    disk.arm(0)
    before = log.checkpoint
    for number in range(3):
        assert not log.append(EventKind.PIN_CHANGED, WHEN, {"subject": f"p-{number}"})
    assert (log.waiting, log.checkpoint) == (3, before)
    disk.arm(1 << 30)
    assert log.flush()
    assert log.checkpoint.count == before.count + 3
    log.close()
    shutil.rmtree(folder)


REFUSED: list[tuple[EventKind, dict[str, object]]] = [
    (EventKind.PIN_CHANGED, {"subject": "Siti Rahmawati"}),
    (EventKind.PIN_CHANGED, {"subject": "6471014107990001"}),
    (EventKind.PIN_CHANGED, {"subject": "64710141-07990001"}),
    (EventKind.PIN_CHANGED, {"subject": "x" * 33}),
    (EventKind.PIN_CHANGED, {}),
    (EventKind.PIN_CHANGED, {"subject": "p-1", "note": "p-1"}),
    (EventKind.PIN_CHANGED, {"subject": "p-1", "officer": "Budi Santoso"}),
    (EventKind.DEVICE_READY, {"device": "fingerprint"}),
    (EventKind.CASE_BEGUN, {"case": b"short"}),
    (EventKind.CASE_BEGUN, {"case": "c" * 16}),
    (EventKind.FINGER_TAKEN, {"case": CASE, "finger": 1, "score": 50}),
    (EventKind.FINGER_TAKEN, {"case": CASE, "finger": FingerPosition.LEFT_THUMB, "score": 101}),
    (EventKind.LOGIN_REFUSED, {"tries": 6471014107990001}),
    (EventKind.LOGIN_REFUSED, {"tries": -1}),
    (EventKind.LOGIN_REFUSED, {"tries": True}),
]


@pytest.mark.parametrize(("kind", "fields"), REFUSED)
def test_free_text_names_and_numbers_as_long_as_a_nik_do_not_fit(
    folder: Path, kind: EventKind, fields: dict[str, object]
) -> None:
    log = AuditLog.open(folder, SystemDisk(), WHEN)
    with pytest.raises(BadCbor):
        log.append(kind, WHEN, fields)
    log.close()
    assert verify(folder).records == 10


def test_every_kind_of_event_is_declared_and_typed_fields_fit(folder: Path) -> None:
    assert set(DECLARED) == set(EventKind)
    log = AuditLog.open(folder, SystemDisk(), WHEN)
    good: Callable[..., bool] = lambda kind, **fields: log.append(kind, WHEN, fields)  # noqa: E731 - a short name
    assert good(EventKind.FINGER_TAKEN, case=CASE, finger=FingerPosition.LEFT_THUMB, score=78, device=Role.FINGERPRINT)
    assert good(EventKind.DEVICE_READY, device=Role.CAMERA, officer="p-19.b_2")
    log.close()
    last = list(audit.records(folder))[-2]
    assert last.fields == {"case": CASE, "finger": "LEFT_THUMB", "score": 78, "device": "FINGERPRINT"}
    assert last.when == WHEN
