"""What a window, a script or a scenario may ask of the counter: intents in, facts out.

Main thread only. No intent blocks: what takes time shows in the facts when it is done. An intent that is not
possible now changes nothing but `facts.problem`, which says why and what to do; pressing twice does one thing.
"""

from collections.abc import Callable
from typing import Protocol

from drivers.api import PenPoint, Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.draft import CaseDraft
from station.capture.facts import DeskFacts, LiveFrame
from station.health.model import Item, Person
from station.text import Language

__all__ = ["CaseDraft", "Counter"]


class Counter(Protocol):
    """One counter: its officer, its devices, the case in hand."""

    @property
    def facts(self) -> DeskFacts: ...
    def subscribe(self, listener: Callable[[DeskFacts], None]) -> None:
        """Called on the main thread with every new value of the facts."""
        ...

    def on_frame(self, listener: Callable[[LiveFrame], None]) -> None:
        """Called on the main thread with camera frames while the photo is live; only the newest is kept."""
        ...

    def on_ink(self, listener: Callable[[tuple[PenPoint, ...]], None]) -> None:
        """Called on the main thread with new pen points while the signature is open."""
        ...

    def log_in(self, officer_id: str, pin: str) -> None:
        """From LOGIN to SHIFT, or to HOME for a role that does not record (the technician)."""
        ...

    def log_out(self) -> None: ...
    def check_devices(self) -> None:
        """Ask every device again (also happens by itself every few seconds while nothing is captured)."""
        ...

    def test_devices(self) -> None:
        """Self-test of the four devices, at SHIFT (where it begins by itself) or HOME; answers in `facts.tests`."""
        ...

    def watch_temperature(self, watching: bool) -> None:
        """Keep `facts.trace` running at HOME too, for a technician; at SHIFT, CHECKLIST and RESTING it runs anyway."""
        ...

    def begin_shift(self) -> None:
        """From SHIFT to HOME once the officer's temperature holds, the devices are wiped and tested."""
        ...

    def stay(self) -> None:
        """Somebody types or turns a page in the window: the time until the idle lock begins anew."""
        ...

    def lock(self) -> None:
        """Lock the counter now; happens by itself after some minutes without an intent or a capture."""
        ...

    def unlock(self, pin: str) -> None:
        """The officer on duty comes back, to the very place."""
        ...

    def take_over(self, officer_id: str, pin: str) -> None:
        """Another officer takes the counter over, locked or not: from HOME to a new SHIFT; a case in hand goes back to
        the checklist (new officer's temperature, gloves, mask) and then on at the same place."""
        ...

    def new_case(self) -> None:
        """From HOME to the empty form."""
        ...

    def pick_application(self, application_id: str) -> None:
        """One of `facts.queue`: from HOME to the form, or in the form; `facts.draft` holds the filled form."""
        ...

    def take_up_case(self, number: str) -> None:
        """One of `facts.open_cases`, from HOME to the form: the biodata is entered or picked again and proven."""
        ...

    def give_up_case(self, number: str) -> None:
        """One of `facts.open_cases` will not be finished: what is sealed of it stays, and the audit log says so."""
        ...

    def enter_case(self, draft: CaseDraft) -> None:
        """Check the draft; problems land in `facts.field_problems`, else the checklist opens."""
        ...

    def set_bedside(self, bedside: bool, companion: str = "") -> None:
        """The applicant lies in bed: longer times, a lying photo. Only at CHECKLIST. The companion's name is sealed
        with the case and stands nowhere else."""
        ...

    def measure(self, person: Person) -> None:
        """Read the temperature sensor for this person until five plausible readings agree (SHIFT: the officer)."""
        ...

    def confirm(self, item: Item, held: bool) -> None:
        """The officer states that an item holds (wiped, gloves, mask, hands); temperatures cannot be stated."""
        ...

    def start(self) -> None:
        """Ask the gate for a Clearance and open the next capture; a refusal shows what blocks."""
        ...

    def pause(self) -> None:
        """The applicant leaves for a moment: from any capture or the review to PAUSED."""
        ...

    def resume(self) -> None:
        """From PAUSED to the checklist (the applicant's hands again) and then on at the same place."""
        ...

    def take_photo(self) -> None: ...
    def retake_photo(self) -> None: ...
    def approve_photo(self) -> None:
        """The applicant approves the portrait on the screen; it is sealed and the fingers begin."""
        ...

    def capture_finger(self) -> None:
        """Take the current finger (again); the reader waits for it. Happens by itself when a finger's turn comes."""
        ...

    def retake_finger(self, position: FingerPosition) -> None: ...
    def cancel_retake(self) -> None:
        """Keep what was there before the retake of a photo, finger or signature (where the facts say `may_keep`)."""
        ...

    def record_exception(
        self, position: FingerPosition | None, kind: ExceptionKind, approver_id: str, approver_pin: str
    ) -> None:
        """Record a finger (or, with None, the signature) by exception; a second person approves with a PIN."""
        ...

    def clear_ink(self) -> None: ...
    def accept_signature(self) -> None: ...
    def review_change(self, role: Role) -> None:
        """From the review back to the photo, fingers or signature; afterwards the review comes again."""
        ...

    def seal(self) -> None:
        """Close the case: the manifest is signed and written; then DONE."""
        ...

    def defer(self) -> None:
        """End the case at the gate with a deferral slip; nothing is captured."""
        ...

    def discard(self) -> None:
        """Give the case up. What is sealed stays sealed, and the audit log says so."""
        ...

    def receipt(self, language: Language, done: Callable[[bytes], None]) -> None:
        """The citizen's paper as PDF: a receipt from DONE, a slip from DEFERRED. `done` runs on the main thread."""
        ...

    def finish(self) -> None:
        """From DONE or DEFERRED back to HOME, ready for the next applicant."""
        ...
