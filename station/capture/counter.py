"""What a window, a script or a scenario may ask of the counter: intents in, facts out.

Main thread only. No intent blocks: what takes time shows in the facts when it is done. An intent that is not
possible now changes nothing but `facts.problem`, which says why and what to do; pressing twice does one thing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.api import PenPoint, Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.capture.facts import DeskFacts, LiveFrame
from station.health.model import Item, Person
from station.registry.model import Ground
from station.text import Language


@dataclass(frozen=True, slots=True, repr=False)
class CaseDraft:
    """The biodata form as typed or imported: every field text, dates as DD-MM-YYYY; its repr shows nothing.

    `ground_reason` and `approver_id`/`approver_pin` are needed for Ground.OTHER; `nik_reason` answers NIK warnings.
    """

    nik: str = ""
    name: str = ""
    birth_place: str = ""
    birth_date: str = ""
    sex: str = ""
    blood_group: str = ""
    address: str = ""
    rt_rw: str = ""
    village: str = ""
    district: str = ""
    religion: str = ""
    marital_status: str = ""
    occupation: str = ""
    citizenship: str = "WNI"
    ground: Ground | None = None
    ground_reason: str = ""
    approver_id: str = ""
    approver_pin: str = ""
    nik_reason: str = ""

    def __repr__(self) -> str:
        return "CaseDraft(...)"


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

    def log_in(self, officer_id: str, pin: str) -> None: ...
    def log_out(self) -> None: ...
    def check_devices(self) -> None:
        """Ask every device again (also happens by itself every few seconds while nothing is captured)."""
        ...

    def new_case(self) -> None: ...
    def enter_case(self, draft: CaseDraft) -> None:
        """Check the draft; problems land in `facts.field_problems`, else the checklist opens."""
        ...

    def measure(self, person: Person) -> None:
        """Read the temperature sensor for this person until five plausible readings agree."""
        ...

    def confirm(self, item: Item, held: bool) -> None:
        """The officer states that an item holds (wiped, gloves, mask, hands); temperatures cannot be stated."""
        ...

    def start(self) -> None:
        """Ask the gate for a Clearance and open the photo; a refusal shows what blocks."""
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
