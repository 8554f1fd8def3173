"""The readiness report: ready or not and why, its page, and where it was saved."""

from dataclasses import dataclass

from drivers.api import Role
from station.capture.facts import DeskFacts
from station.text import Message, msg
from ui.presenters.common import Action, Bar, Mark, Tone
from ui.presenters.technician_facts import WorkshopFacts
from ui.presenters.technician_intents import Bid
from ui.presenters.technician_view import TechnicianView
from ui.presenters.technician_words import READ_ONLY, moment
from ui.presenters.words import DEVICE

MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class ReportState:
    """`pdf` is the page to preview, empty before one was made; `lines` say what stands behind it."""

    mark: Mark
    lines: tuple[Message, ...]
    pdf: bytes
    empty: Message


def present(facts: DeskFacts, workshop: WorkshopFacts, view: TechnicianView, may: bool) -> tuple[ReportState, Bar]:
    del facts, view
    report = workshop.report
    make = Action(msg("Make the report"), Bid.MAKE_REPORT, enabled=may and workshop.running is None)
    empty = msg("The page shows here once it is made.")
    heading = msg("Readiness report")
    if report is None:
        mark = Mark(msg("No report yet"), Tone.PLAIN)
        return ReportState(mark, _untested(workshop) if may else (READ_ONLY,), b"", empty), Bar(heading, make)
    mark = Mark(msg("Ready to record"), Tone.GOOD) if report.ready else Mark(msg("Not ready to record"), Tone.BAD)
    lines = [msg("Made at {at}", at=moment(report.made_at)), *report.reasons[:MOST_REASONS]]
    if report.saved is not None:
        lines.append(msg("Saved in {folder}", folder=report.saved))
    save = Action(msg("Save PDF and JSON"), Bid.SAVE_REPORT, enabled=may and report.saved is None)
    return ReportState(mark, tuple(lines), report.pdf, empty), Bar(heading, save, (make,) if may else ())


def _untested(workshop: WorkshopFacts) -> tuple[Message, ...]:
    """What the report would have to say had not been tested."""
    missing = [DEVICE[role] for role in Role if role not in workshop.tests]
    if not missing:
        return (msg("All four devices were tested since the start."),)
    return (msg("Test every device first, so that the report can say how each is."),
            *(msg("Not tested: {device}", device=device) for device in missing))  # fmt: skip
