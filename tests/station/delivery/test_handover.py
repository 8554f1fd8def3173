"""The handover record, read back from the PDF: words by their operators, the code by its squares."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from station.delivery.handover import HandoverFacts, handover_record
from station.delivery.handover_index import HandoverIndex, Listed
from station.delivery.layout import BundleName
from station.safekeeping.bundle import Kind
from station.safekeeping.spool import Entry
from station.text import Language
from tests.station.delivery.test_receipts import code, content, pages, words

WITA = timezone(timedelta(hours=8), "WITA")


def handover(count: int, *, first: int = 100, training: bool = False) -> HandoverFacts:
    entries = tuple(
        Entry(
            id=bytes([number % 256]) * 16,
            kind=Kind.MANIFEST if number % 7 == 6 else Kind.SEGMENT,
            sequence=first + number,
            sha256=hashlib.sha256(number.to_bytes(2, "big")).digest(),
            size=61_000,
            case_id=bytes(16),
            label="finger-01",
            sealed_ms=int(datetime(2026, 11, 24, 1, 0, tzinfo=UTC).timestamp() * 1000),
            training=training,
        )
        for number in range(count)
    )
    listed = tuple(Listed(BundleName("samarinda-1", one.sequence, one.sha256), one.size) for one in entries)
    return HandoverFacts(
        office="Disdukcapil Kota Samarinda",
        index=HandoverIndex("samarinda-1", datetime(2026, 11, 24, 7, 5, tzinfo=UTC), listed),
        index_sha256=hashlib.sha256(b"the list").digest(),
        index_name="20261124T070500Z-0123456789abcdef.index",
        entries=entries,
        at=datetime(2026, 11, 24, 15, 5, tzinfo=WITA),
        given_by="Wulan Sari",
        approved_by="Hasan Basri",
    )


def test_the_record_names_what_from_whom_to_whom_and_when() -> None:
    text = words(handover_record(replace(handover(14), destination="Ditjen Dukcapil"), Language.ENGLISH))
    for part in ("Handover record", "Tuesday, 24 November 2026, 15:05 WITA", "Disdukcapil Kota Samarinda",
                 "samarinda-1", "Wulan Sari", "Hasan Basri", "Ditjen Dukcapil", "Received by", "100-113",
                 "20261124T070500Z-0123456789abcdef.index"):  # fmt: skip
        assert part in text


def test_every_file_is_listed_with_its_number_and_the_beginning_of_its_hash() -> None:
    facts = handover(14)
    text = words(handover_record(facts, Language.ENGLISH))
    for entry in facts.entries:
        assert f"{entry.sequence} 24-11-26 09:00 61 kB {entry.sha256.hex()[:16]}" in text


def test_the_whole_hash_of_the_list_stands_in_letters_and_in_the_code() -> None:
    facts = handover(3)
    pdf = handover_record(facts)
    digest = facts.index_sha256.hex()
    assert digest in words(pdf).replace(" ", "")
    assert code(pdf) == f"KTPEL-BA:{digest.upper()}"
    assert facts.number == f"BA-SAMARINDA-1-20261124-{digest[:8].upper()}"


@pytest.mark.parametrize(("count", "sheets"), [(1, 1), (28, 1), (29, 2), (92, 2), (93, 3), (230, 4)])
def test_a_long_list_follows_on_its_own_pages(count: int, sheets: int) -> None:
    pdf = handover_record(handover(count), Language.ENGLISH)
    assert re.findall(rb"/Count (\d+)", pdf) == [str(sheets).encode()]
    assert [(round(width), round(height)) for width, height in pages(pdf)] == [(210, 297)]
    text = words(pdf)
    assert f"Page {sheets} of {sheets}" in text
    assert text.count("61 kB") == count + (1 if count == 1 else 0)


def test_counts_are_counted() -> None:
    text = words(handover_record(handover(14), Language.ENGLISH))
    assert re.search(r"Files 14 Finished cases 2 Size 854 kB Numbers 100-113", text)
    assert "training" not in text


def test_training_and_gaps_are_told() -> None:
    facts = handover(14, training=True)
    gap = replace(facts, entries=facts.entries[:3] + facts.entries[5:6] + facts.entries[8:])
    text = words(handover_record(gap, Language.ENGLISH))
    assert "Of these training 10" in text
    assert "100-102, 105, 108-113" in text


def test_the_record_is_indonesian_unless_asked() -> None:
    pdf = handover_record(handover(3))
    assert b"/Lang (id)" in pdf
    assert "Selasa, 24 November 2026, 15.05 WITA" in words(pdf)


def test_nothing_lies_below_the_page_or_over_the_signatures() -> None:
    """The lowest line of the first page is its number; the signatures' heading stands below the list."""
    for count in (1, 14, 28, 230):
        pdf = handover_record(handover(count, first=1_000_000), Language.ENGLISH)
        first_page = content(pdf).split("Page 2 of")[0]
        lines = re.findall(r"BT [\d.]+ (-?[\d.]+) Td (?:[\d.]+ g )?\(([^)]*)\) Tj", first_page)
        assert min(float(y) for y, _ in lines) > 20
        lowest_hash = min(float(y) for y, text in lines if re.fullmatch(r"[0-9a-f]{8}[0-9a-f ]+", text))
        (signatures,) = (float(y) for y, text in lines if text == "Handed over by")
        assert signatures < lowest_hash - 30


def test_the_same_facts_give_the_same_file() -> None:
    assert handover_record(handover(5)) == handover_record(handover(5))
