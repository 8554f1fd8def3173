"""The signature, live, beside the data that it approves."""

from dataclasses import dataclass

from drivers.api import PadSize, PenPoint
from station.capture.facts import CaseFacts
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, Mark, no_words, verdict_mark
from ui.presenters.frame import spaced
from ui.presenters.intents import Do, Go, Place
from ui.presenters.more import MORE, kept


@dataclass(frozen=True, slots=True)
class BiodataRow:
    """One line of what is signed for."""

    label: Message
    value: Message


@dataclass(frozen=True, slots=True)
class SignatureState:
    """The pad as the officer sees it, and what the applicant signs for."""

    bar: Bar
    points: tuple[PenPoint, ...]
    size: PadSize
    mark: Mark
    reason: Message
    cure: Message | None
    rows: tuple[BiodataRow, ...]


def present(case: CaseFacts) -> SignatureState:
    """Accepting is always possible; what is wrong with the ink is answered in words."""
    facts = case.signature
    verdict = facts.verdict
    return SignatureState(
        bar=Bar(
            heading=msg("Sign on the pad if the data are right"),
            primary=Action(msg("Accept signature"), Do.ACCEPT_SIGNATURE),
            secondary=(
                MORE,
                Action(msg("Cannot sign"), Go(Place.REASON)),
                Action(msg("Clear"), Do.CLEAR_INK),
                *kept(facts.may_keep),
            ),
        ),
        points=facts.points,
        size=facts.size,
        mark=verdict_mark(verdict, msg("Waiting for the pen")),
        reason=verdict.reason if verdict is not None else no_words(),
        cure=verdict.cure if verdict is not None else None,
        rows=biodata(case),
    )


def biodata(case: CaseFacts) -> tuple[BiodataRow, ...]:
    """What the signature approves, as on the card."""
    return (
        BiodataRow(msg("NIK"), plain(spaced(case.nik))),
        BiodataRow(msg("Full name"), plain(case.name)),
        BiodataRow(msg("Born"), plain(case.birth)),
        BiodataRow(msg("Sex, blood group"), _pair(_sex(case.sex), plain(case.blood_group))),
        BiodataRow(msg("Address"), plain(case.address)),
        BiodataRow(msg("Religion, marriage"), _pair(plain(case.religion), plain(case.marital_status))),
        BiodataRow(msg("Work, citizenship"), _pair(plain(case.occupation), plain(case.citizenship))),
    )


def _sex(sex: str) -> Message:
    return msg("Female") if sex == "P" else msg("Male")


def _pair(one: Message, other: Message) -> Message:
    return msg("{one} · {other}", one=one, other=other)
