"""Receipts coming back on a stick: good ones count, forged, foreign and strange ones are told and change nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from station.delivery.export import Exported
from station.delivery.layout import BundleName
from station.delivery.outbox import Outbox, Outcome
from station.delivery.receipt_document import MAX_SIZE, Reason, Receipt, ReceiptRefusal, sign_receipt
from station.delivery.receipts_on_stick import WHY, ImportReport, Oddity, import_receipts
from station.delivery.stick import StickStopped, StickTrouble
from station.receiver.authority import load_receipt_key
from station.safekeeping.bundle import read_core
from station.safekeeping.signing import Signer, SigningKey, new_secret
from station.safekeeping.spool import Entry
from station.safekeeping.states import State
from station.text import Language, Text
from tests.helpers.sticks import Carrier


class Postman(Carrier):
    """A station whose bundles lie on a stick, and an authority that answers on the same stick."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        assert isinstance(self.export(), Exported)
        self.outbox = Outbox(self.vault, self.trial.clock, keep_days=30, resend_hours=24)
        self.answers = self.stick / "ktpel" / "receipts" / self.trial.name
        self.answers.mkdir(parents=True)
        self.key = load_receipt_key(self.trial.authority)

    def receipt(self, entry: Entry, reason: Reason | None = None) -> Receipt:
        with self.vault.spool.path(entry).open("rb") as stream:
            core = read_core(stream)
        return Receipt(entry.sha256, self.trial.name, entry.sequence, reason, self.trial.clock.now(), core.checkpoint,
                       self.vault.keyring.version, "receiver-1")  # fmt: skip

    def answer(self, receipt: Receipt, signer: Signer | None = None) -> Path:
        path = self.answers / f"{receipt.bundle.hex()}.receipt"
        path.write_bytes(sign_receipt(receipt, signer or self.key))
        return path

    def read(self, folder: Path | None = None) -> ImportReport:
        return import_receipts(folder or self.stick, self.trial.name, self.outbox.take)


@pytest.fixture
def postman(tmp_path: Path) -> Postman:
    return Postman(tmp_path)


def test_receipts_on_the_stick_mark_their_bundles_and_twice_is_once(postman: Postman) -> None:
    for entry in postman.entries()[:3]:
        postman.answer(postman.receipt(entry))
    report = postman.read()
    assert sorted(one.sequence for one in report.taken) == [1, 2, 3]
    assert {one.outcome for one in report.taken} == {Outcome.RECEIPTED}
    assert postman.states() == [State.RECEIPTED] * 3 + [State.ON_USB]
    assert {one.outcome for one in postman.read().taken} == {Outcome.UNCHANGED}


def test_a_refusal_of_the_authority_is_taken_too(postman: Postman) -> None:
    postman.answer(postman.receipt(postman.entries()[0], Reason.REVOKED))
    assert [one.outcome for one in postman.read().taken] == [Outcome.REJECTED]
    assert postman.states()[0] is State.REJECTED


def test_a_forged_receipt_is_told_and_changes_nothing(postman: Postman) -> None:
    entry = postman.entries()[0]
    forger = SigningKey(new_secret(lambda size: bytes(range(1, size + 1))))
    path = postman.answer(postman.receipt(entry), forger)
    assert postman.read() == ImportReport((), ((path, ReceiptRefusal.UNKNOWN_KEY),))
    spoiled = bytearray(postman.answer(postman.receipt(entry)).read_bytes())
    spoiled[40] ^= 1
    path.write_bytes(spoiled)
    assert postman.read().nothing_done == ((path, ReceiptRefusal.SIGNATURE),)
    assert postman.states() == [State.ON_USB] * 4


@pytest.mark.parametrize("whose", ["another station", "another bundle", "another number"])
def test_a_receipt_for_something_else_changes_nothing(postman: Postman, whose: str) -> None:
    honest = postman.receipt(postman.entries()[0])
    foreign = {
        "another station": (replace(honest, station="samarinda-9"), ReceiptRefusal.OTHER_STATION),
        "another bundle": (replace(honest, bundle=bytes(32)), ReceiptRefusal.NO_SUCH_BUNDLE),
        "another number": (replace(honest, sequence=4), ReceiptRefusal.DIFFERS),
    }
    receipt, why = foreign[whose]
    path = postman.answer(receipt)
    assert postman.read() == ImportReport((), ((path, why),))
    assert postman.states() == [State.ON_USB] * 4


def test_good_receipts_beside_bad_ones_still_count(postman: Postman) -> None:
    first, second, *_ = postman.entries()
    postman.answer(replace(postman.receipt(first), station="samarinda-9"))
    postman.answer(postman.receipt(second))
    report = postman.read()
    assert ([one.sequence for one in report.taken], len(report.nothing_done)) == ([2], 1)


def test_strange_files_are_not_looked_into(postman: Postman, tmp_path: Path) -> None:
    good = postman.answer(postman.receipt(postman.entries()[0]))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(good.read_bytes())
    good.unlink()
    good.symlink_to(elsewhere)
    (postman.answers / "readme.txt").write_bytes(b"hello")
    (postman.answers / f"{'0' * 64}.receipt").mkdir()
    (postman.answers / f"{'1' * 64}.receipt").write_bytes(bytes(MAX_SIZE + 1))
    (postman.answers / f"{'2' * 64}.receipt").write_bytes(b"junk")
    report = postman.read()
    assert report.taken == ()
    assert {path.name[:3]: why for path, why in report.nothing_done} == {
        good.name[:3]: Oddity.NOT_PLAIN,
        "rea": Oddity.NAME,
        "000": Oddity.NOT_PLAIN,
        "111": Oddity.TOO_LARGE,
        "222": ReceiptRefusal.UNREADABLE,
    }
    assert postman.states() == [State.ON_USB] * 4


def test_a_link_in_place_of_the_folder_of_receipts_is_not_followed(postman: Postman, tmp_path: Path) -> None:
    postman.answer(postman.receipt(postman.entries()[0]))
    moved = postman.answers.rename(tmp_path / "moved")
    postman.answers.symlink_to(moved)
    with pytest.raises(StickStopped) as stopped:
        postman.read()
    assert stopped.value.trouble is StickTrouble.OCCUPIED
    assert postman.states() == [State.ON_USB] * 4


def test_a_stick_without_receipts_and_no_stick_at_all(postman: Postman, tmp_path: Path) -> None:
    assert postman.read() == ImportReport((), ())
    postman.answers.rmdir()
    assert postman.read() == ImportReport((), ())
    with pytest.raises(StickStopped) as stopped:
        postman.read(tmp_path / "nowhere")
    assert stopped.value.trouble is StickTrouble.NO_FOLDER


def test_the_stick_is_only_read(postman: Postman) -> None:
    for entry in postman.entries():
        postman.answer(postman.receipt(entry))
    before = {path: path.stat().st_mtime_ns for path in postman.stick.rglob("*")}
    postman.read()
    assert {path: path.stat().st_mtime_ns for path in postman.stick.rglob("*")} == before


def test_receipts_lie_where_the_layout_says(postman: Postman) -> None:
    entry = postman.entries()[0]
    name = BundleName(postman.trial.name, entry.sequence, entry.sha256)
    assert postman.answer(postman.receipt(entry)) == postman.stick / name.receipt_key


@pytest.mark.parametrize("why", [*Oddity, *ReceiptRefusal])
def test_every_refusal_has_a_sentence(why: Oddity | ReceiptRefusal) -> None:
    assert Text(Language.ENGLISH)(WHY[why]).endswith(".")
