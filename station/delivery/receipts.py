"""What the citizen takes home: a receipt, or a slip when the gate refused.

Paper and its file pass printers, spoolers and disks, so neither holds a NIK, a full name or a temperature: a number,
initials, and a code that finds the sealed record.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from station.capture.facts import SealedItem
from station.delivery.paper import Paper, PaperSize, compose, moment
from station.text import Language, Message, Text, msg

_CODE_MM = {PaperSize.A5: 36.0, PaperSize.A6: 26.0, PaperSize.ROLL_80: 40.0, PaperSize.ROLL_58: 34.0}

STATUSES: tuple[tuple[str, Message], ...] = (
    ("BIO_CAPTURED, PROCESSING", msg("The record is being prepared. Nothing to do.")),
    ("SENT_FOR_ENROLLMENT, RECEIVED_AT_CENTRAL", msg("The national centre has it or is about to. Nothing to do.")),
    ("PRINT_READY_RECORD", msg("The card can be printed.")),
    ("DUPLICATE_RECORD", msg("There is an earlier record. Come to the office with the family card.")),
    ("ADJUDICATE_RECORD", msg("The centre compares by hand. Wait for news.")),
    ("ENROLL_FAILURE", msg("The recording must be repeated. Come again; it stays free.")),
)


@dataclass(frozen=True, slots=True)
class Reprint:
    """A paper printed again: the `number`-th copy of the first."""

    number: int
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """A finished case. Times carry the office's zone; `bundle_hash` is the manifest's SHA-256 in hex."""

    case_number: str
    bundle_hash: str
    initials: str
    recorded_at: datetime
    recorded: tuple[SealedItem, ...]
    served_by: str
    office: str
    collect_at: datetime
    collection_place: str
    training: bool
    reprint: Reprint | None = None


@dataclass(frozen=True, slots=True)
class DeferralFacts:
    """A case that ended at the gate. `reason` holds no temperature; times carry the office's zone."""

    case_number: str
    initials: str
    deferred_at: datetime
    reason: Message
    come_back_at: datetime
    served_by: str
    office: str
    training: bool
    reprint: Reprint | None = None


def citizen_receipt(
    facts: ReceiptFacts, language: Language = Language.INDONESIAN, size: PaperSize = PaperSize.A5
) -> bytes:
    """The receipt as PDF."""
    say = Text(language)
    title = say(msg("KTP-el recording receipt"))

    def write(paper: Paper) -> None:
        _head(paper, say, title, facts.office, size, facts)
        paper.space(1)
        _free_of_charge(paper, say)
        paper.space(0.7)
        taken = [say(item.label) for item in facts.recorded if not item.by_exception]
        excepted = [f"{say(item.label)} ({say(item.detail)})" for item in facts.recorded if item.by_exception]
        paper.labelled(say(msg("Recorded")), ", ".join(taken) or "-")
        if excepted:
            paper.labelled(say(msg("Recorded by exception, with a reason and an approval")), ", ".join(excepted))
        paper.labelled(say(msg("Served by")), facts.served_by)
        paper.labelled(say(msg("Collect the card from")), moment(facts.collect_at, language), 1.25)
        paper.labelled(say(msg("Where")), facts.collection_place)
        paper.text(say(msg("Bring this receipt.")), 0.9)
        paper.rule()
        paper.text(say(msg("What later messages mean")), 0.95, bold=True)
        paper.space(0.2)
        for status, meaning in STATUSES:
            paper.item(status, say(meaning))

    return compose(size, write, _stamp(facts, say)).pdf(title, language.value, facts.recorded_at)


def deferral_slip(
    facts: DeferralFacts, language: Language = Language.INDONESIAN, size: PaperSize = PaperSize.A5
) -> bytes:
    """The slip of who is sent home before anything was recorded, as PDF."""
    say = Text(language)
    title = say(msg("Recording put off"))

    def write(paper: Paper) -> None:
        paper.text(facts.office, 0.95)
        paper.text(title, 1.6, bold=True)
        _copy_line(paper, say, facts.reprint)
        paper.rule()
        _who_and_when(paper, say, facts.case_number, facts.initials, facts.deferred_at)
        paper.labelled(say(msg("Why")), say(facts.reason))
        paper.labelled(say(msg("Come back from")), moment(facts.come_back_at, language), 1.25)
        paper.labelled(say(msg("Served by")), facts.served_by)
        paper.text(say(msg("Nothing was recorded. Bring this slip when you come back.")))
        paper.space(0.8)
        _free_of_charge(paper, say)

    return compose(size, write, _stamp(facts, say)).pdf(title, language.value, facts.deferred_at)


def code_content(case_number: str, bundle_hash: str) -> str:
    """What the QR code says; capitals, so that it fits the code's alphanumeric mode."""
    return f"KTPEL:{case_number}:{bundle_hash}".upper()


def initials(name: str) -> str:
    """The first letter of each word of a name."""
    words = "".join(letter if letter.isalpha() else " " for letter in unicodedata.normalize("NFC", name)).split()
    return " ".join(f"{word[0].upper()}." for word in words)


def _head(paper: Paper, say: Text, title: str, office: str, size: PaperSize, facts: ReceiptFacts) -> None:
    def beside(width_mm: float) -> None:
        paper.text(office, 0.95, width_mm=width_mm)
        paper.text(title, 1.6, bold=True, width_mm=width_mm)
        _copy_line(paper, say, facts.reprint)
        paper.space(0.5)
        _who_and_when(paper, say, facts.case_number, facts.initials, facts.recorded_at)

    content = code_content(facts.case_number, facts.bundle_hash)
    if size.is_roll:
        beside(paper.width_mm)
        paper.space(0.5)
        paper.code(content, _CODE_MM[size], None)
        paper.space(0.5)
    else:
        paper.code(content, _CODE_MM[size], beside)


def _stamp(facts: ReceiptFacts | DeferralFacts, say: Text) -> str | None:
    """What lies across the page: one word, the graver one."""
    if facts.training:
        return say(msg("TRAINING"))
    return say(msg("COPY")) if facts.reprint is not None else None


def _copy_line(paper: Paper, say: Text, reprint: Reprint | None) -> None:
    if reprint is not None:
        when = moment(reprint.printed_at, say.language)
        paper.text(say(msg("COPY {number}, printed {when}", number=reprint.number, when=when)), 0.82, bold=True)


def _who_and_when(paper: Paper, say: Text, number: str, who: str, when: datetime) -> None:
    paper.labelled(say(msg("Number and initials")), f"{number}   {who}")
    paper.labelled(say(msg("Day and time")), moment(when, say.language))


def _free_of_charge(paper: Paper, say: Text) -> None:
    paper.boxed(
        say(msg("GRATIS: no charge")),
        say(
            msg(
                "Law 24/2013, article 79A: this service is free. Who takes money for it risks up to 6 years in prison "
                "(article 95B)."
            )
        ),
    )
