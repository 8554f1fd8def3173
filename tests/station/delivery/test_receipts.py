"""What the citizen takes home, read back from the PDF: words by their operators, the code by its squares."""

import re
import zlib
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

import cv2
import numpy as np
import pytest

import station.text
from station.capture.facts import SealedItem
from station.delivery.paper import PaperSize
from station.delivery.receipts import (
    STATUSES,
    DeferralFacts,
    ReceiptFacts,
    citizen_receipt,
    deferral_slip,
    initials,
)
from station.text import Language, Text, plain

WITA = timezone(timedelta(hours=8), "WITA")
HASH = "0123456789abcdef" * 4

RECEIPT = ReceiptFacts(
    case_number="SMD1-20261124-0017",
    bundle_hash=HASH,
    initials="S. A.",
    recorded_at=datetime(2026, 11, 24, 9, 12, tzinfo=WITA),
    recorded=(
        SealedItem(plain("Photo"), plain("quality 81"), False),
        SealedItem(plain("Right thumb"), plain("quality 78"), False),
        SealedItem(plain("Left little finger"), plain("bandaged"), True),
    ),
    served_by="Budi Santoso",
    office="Disdukcapil Kota Samarinda",
    collect_at=datetime(2026, 11, 25, 9, 30, tzinfo=WITA),
    collection_place="Loket 3",
    training=False,
)
DEFERRAL = DeferralFacts(
    case_number="SMD1-20261124-0018",
    initials="S. A.",
    deferred_at=datetime(2026, 11, 24, 9, 12, tzinfo=WITA),
    reason=plain("The body is too warm today."),
    come_back_at=datetime(2026, 11, 25, 9, 30, tzinfo=WITA),
    served_by="Budi Santoso",
    office="Disdukcapil Kota Samarinda",
    training=False,
)


def content(pdf: bytes) -> str:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return "\n".join(zlib.decompress(stream).decode("latin-1") for stream in streams if stream.startswith(b"x"))


def words(pdf: bytes) -> str:
    shown = re.findall(r"\(((?:\\.|[^()\\])*)\) Tj", content(pdf))
    return re.sub(r"\s+", " ", " ".join(re.sub(r"\\(.)", r"\1", text) for text in shown))


def code(pdf: bytes) -> str:
    """The QR code's content, by OpenCV, from the filled squares of the page."""
    number = r"(-?[\d.]+)"
    squares = re.findall(rf"{number} {number} {number} {number} re f", content(pdf))
    boxes = np.array(squares, dtype=float)
    side = np.median(boxes[:, 2])
    left, top = boxes[:, 0].min(), boxes[:, 1].max()
    across = np.rint((boxes[:, 0] - left) / side).astype(int)
    down = np.rint((top - boxes[:, 1]) / side).astype(int)
    modules = np.full((down.max() + 9, across.max() + 9), 255, np.uint8)
    modules[down + 4, across + 4] = 0
    picture = cv2.resize(modules, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return cv2.QRCodeDetector().detectAndDecode(picture)[0]


def pages(pdf: bytes) -> list[tuple[float, float]]:
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(float(width) / 72 * 25.4, float(height) / 72 * 25.4) for width, height in boxes]


@pytest.mark.parametrize("size", PaperSize)
def test_the_receipt_says_everything_a_citizen_is_promised(size: PaperSize) -> None:
    text = words(citizen_receipt(RECEIPT, Language.ENGLISH, size))
    for wanted in (
        "GRATIS", "24/2013", "79A", "95B", "SMD1-20261124-0017", "S. A.", "Tuesday, 24 November 2026, 09:12 WITA",
        "Photo, Right thumb", "Left little finger (bandaged)", "Budi Santoso", "Wednesday, 25 November 2026, 09:30",
        "Loket 3", "Disdukcapil Kota Samarinda",
    ):  # fmt: skip
        assert wanted in text
    assert "TRAINING" not in text


def test_every_later_status_is_explained() -> None:
    text = words(citizen_receipt(RECEIPT, Language.ENGLISH))
    for status in (
        "BIO_CAPTURED", "PROCESSING", "SENT_FOR_ENROLLMENT", "RECEIVED_AT_CENTRAL", "PRINT_READY_RECORD",
        "DUPLICATE_RECORD", "ADJUDICATE_RECORD", "ENROLL_FAILURE",
    ):  # fmt: skip
        assert status in text
    assert all(Text(Language.ENGLISH)(meaning) in text for _, meaning in STATUSES)


@pytest.mark.parametrize("size", PaperSize)
def test_the_code_leads_to_the_sealed_record(size: PaperSize) -> None:
    assert code(citizen_receipt(RECEIPT, Language.ENGLISH, size)) == f"KTPEL:SMD1-20261124-0017:{HASH.upper()}"


def test_indonesian_is_the_default_in_words_dates_and_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    words_of = {Language.INDONESIAN: {"Served by": "Petugas"}, Language.ENGLISH: {}}
    monkeypatch.setattr("station.text.catalogue", words_of.get)
    text = words(citizen_receipt(RECEIPT))
    assert "Rabu, 25 November 2026, 09.30 WITA" in text
    assert "Petugas Budi Santoso" in text
    assert "Selasa, 24 November 2026, 09.12 WITA" in words(deferral_slip(DEFERRAL))


def test_without_an_exception_none_is_mentioned() -> None:
    text = words(citizen_receipt(replace(RECEIPT, recorded=RECEIPT.recorded[:2]), Language.ENGLISH))
    assert "exception" not in text


def test_training_is_written_across() -> None:
    assert "TRAINING" in words(citizen_receipt(replace(RECEIPT, training=True), Language.ENGLISH))
    assert "TRAINING" in words(deferral_slip(replace(DEFERRAL, training=True), Language.ENGLISH))


@pytest.mark.parametrize("size", PaperSize)
def test_the_slip_says_why_when_to_come_back_and_that_it_is_free(size: PaperSize) -> None:
    text = words(deferral_slip(DEFERRAL, Language.ENGLISH, size))
    for wanted in ("The body is too warm today.", "Wednesday, 25 November 2026, 09:30 WITA", "GRATIS", "0018"):
        assert wanted in text


def test_sheets_are_a5_and_a6_and_a_roll_is_cut_below_the_text() -> None:
    sizes = {size: pages(citizen_receipt(RECEIPT, Language.ENGLISH, size)) for size in PaperSize}
    assert sizes[PaperSize.A5] == [pytest.approx((148, 210), abs=0.1)]
    assert sizes[PaperSize.A6] == [pytest.approx((105, 148), abs=0.1)]
    ((width, height),) = sizes[PaperSize.ROLL_80]
    assert width == pytest.approx(80, abs=0.1)
    assert 150 < height < 260


@pytest.mark.parametrize("size", PaperSize)
def test_words_that_grow_by_40_percent_and_ten_exceptions_stay_on_the_page(
    size: PaperSize, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Longer(Text):
        def __call__(self, message: station.text.Message) -> str:
            text = super().__call__(message)
            return text + " " + text[: len(text) * 2 // 5]

    monkeypatch.setattr("station.delivery.receipts.Text", Longer)
    excepted = tuple(SealedItem(plain(f"Finger number {n} of the hand"), plain("bandaged"), True) for n in range(10))
    pdf = citizen_receipt(replace(RECEIPT, recorded=excepted), Language.ENGLISH, size)
    assert len(pages(pdf)) == 1
    lowest_pt = min(float(y) for y in re.findall(r"BT [\d.]+ (-?[\d.]+) Td", content(pdf)))
    assert lowest_pt > 5
    assert code(pdf).endswith(HASH.upper())


def test_a_text_too_long_for_any_sheet_lengthens_it_instead_of_stopping_the_counter() -> None:
    endless = tuple(SealedItem(plain(f"Finger {n}"), plain("a long reason " * 5), True) for n in range(80))
    ((width, height),) = pages(citizen_receipt(replace(RECEIPT, recorded=endless), Language.ENGLISH, PaperSize.A6))
    assert width == pytest.approx(105, abs=0.1)
    assert height > 160


def test_letters_outside_latin_1_do_not_stop_the_printer() -> None:
    text = words(citizen_receipt(replace(RECEIPT, served_by="Nguyễn “Ayu” 田"), Language.ENGLISH))
    assert 'Nguyen "Ayu"' in text


def test_the_same_facts_give_the_same_file() -> None:
    assert citizen_receipt(RECEIPT, Language.ENGLISH) == citizen_receipt(RECEIPT, Language.ENGLISH)


def test_initials_are_first_letters() -> None:
    assert initials("SITI AMINAH BINTI M. NUR") == "S. A. B. M. N."
    assert initials("NUR'AINI") == "N. A."
    assert initials("") == ""


def test_the_file_says_nothing_of_itself_but_kind_language_and_time() -> None:
    pdf = citizen_receipt(RECEIPT, Language.ENGLISH)
    assert b"/Title (KTP-el recording receipt)" in pdf
    assert b"/CreationDate (D:20261124091200+08'00')" in pdf
    assert not re.findall(rb"/(Author|Subject|Keywords|EmbeddedFiles)", pdf)


def test_neither_paper_can_be_given_a_nik_a_name_or_a_temperature() -> None:
    given = {field.name for facts in (ReceiptFacts, DeferralFacts) for field in fields(facts)}
    assert not given & {"nik", "name", "birth_date", "address", "temperature_c", "median_c"}
