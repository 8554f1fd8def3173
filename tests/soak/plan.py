"""What will happen to a van, drawn from a seed: who comes, what goes wrong and when. The same seed is the same plan."""

import random
from dataclasses import asdict, dataclass, field
from enum import Enum

from hw_sim.faults import APPLIES, Fault

MARKERS = ("qirzanov", "quvoxtra")
"""Words that stand in every applicant's name and address and nowhere else; NIKs are searched for by their form."""
PEOPLE = 12
KINDS = {"ef01-r307": "fingerprint", "uvc": "camera", "topaz": "signature", "mcu90615": "temperature"}
STEPS = ("checklist", "photo", "photo_approval", "fingers", "confirmation", "signature", "review")
OFFICERS = ("wulan", "budi")
BOOT_CLOCKS_S = (-6 * 365 * 86_400, -7_200, 2 * 86_400)
"""How wrong a clock may be after the power came back: the battery is empty, an hour zone, two days ahead."""


class Cut(Enum):
    """What is cut off for a while."""

    POWER = "power"
    DISK = "disk"
    CABLE = "cable"


@dataclass(frozen=True, slots=True)
class Trouble:
    """At a step, once so many captures are saved: a fault of a device, or a cut; for so long in the van's time."""

    step: str
    saved: int
    delay_s: float
    lasts_s: float
    cut: Cut
    device: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """One applicant: the person, what they lack, and what the officers do. Plain values: it travels as JSON."""

    number: int
    subject: int
    nik: str
    name: str
    birth_date: str
    sex: str
    address: str
    hot: int = 0
    exceptions: dict[str, str] = field(default_factory=dict)
    cannot_sign: bool = False
    turned_away: bool = False
    leaves_at: str = ""
    pauses_at: str = ""
    handed_over_at: str = ""
    changes: bool = False

    def __repr__(self) -> str:
        return f"Visit({self.number})"

    def plain(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Planned:
    """A visit and what goes wrong during it; `offline` while nothing can be delivered."""

    visit: Visit
    troubles: tuple[Trouble, ...]
    offline: bool
    new_shift: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """How often things happen, per visit unless said otherwise."""

    fault: float = 0.15
    power: float = 0.02
    disk: float = 0.01
    hot: float = 0.02
    finger_missing: float = 0.03
    cannot_sign: float = 0.01
    turned_away: float = 0.005
    leaves: float = 0.01
    pauses: float = 0.02
    hands_over: float = 0.02
    changes: float = 0.02
    offline_day: float = 0.2
    offline_hour: float = 0.1
    wrong_clock: float = 0.4


USUAL = Rates()
HARSH = Rates(fault=0.7, hot=0.2, finger_missing=0.3, hands_over=0.3, offline_hour=0.3, changes=0.2)
"""For a short run, so that much happens in it."""


def day(seed: int, number: int, visits: int, rates: Rates = USUAL) -> tuple[Planned, ...]:
    """Everything that a day brings."""
    chance = random.Random(f"day {seed} {number}")
    offline_day = chance.random() < rates.offline_day
    planned = []
    for place in range(visits):
        visit = _visit(chance, number * visits + place, rates)
        offline = offline_day or chance.random() < rates.offline_hour
        planned.append(Planned(visit, _troubles(chance, rates), offline, place in (0, visits // 2)))
    return tuple(planned)


def boot_clock_s(chance: random.Random, rates: Rates) -> float:
    """How wrong the clock is after a start."""
    return chance.choice(BOOT_CLOCKS_S) if chance.random() < rates.wrong_clock else 0


def _visit(chance: random.Random, number: int, rates: Rates) -> Visit:
    sex = chance.choice("LP")
    day_of_month, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1960, 2003)
    written = day_of_month + (40 if sex == "P" else 0)
    nik = f"647203{written:02}{month:02}{year % 100:02}{number % 9999 + 1:04}"
    missing = chance.random() < rates.finger_missing
    fingers = chance.sample(range(1, 11), 1 if chance.random() < 0.8 else 2) if missing else []
    return Visit(
        number=number,
        subject=chance.randrange(PEOPLE),
        nik=nik,
        name=f"Qirzanov {_letters(number)}",
        birth_date=f"{day_of_month:02}-{month:02}-{year}",
        sex=sex,
        address=f"Jl. Quvoxtra No. {number + 1}",
        hot=chance.choice((1, 2)) if chance.random() < rates.hot else 0,
        exceptions={str(finger): chance.choice(("missing", "bandaged")) for finger in fingers},
        cannot_sign=chance.random() < rates.cannot_sign,
        turned_away=chance.random() < rates.turned_away,
        leaves_at=_some_step(chance, rates.leaves),
        pauses_at=_some_step(chance, rates.pauses),
        handed_over_at=_some_step(chance, rates.hands_over),
        changes=chance.random() < rates.changes,
    )


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number)).capitalize()


def _some_step(chance: random.Random, rate: float) -> str:
    return chance.choice(STEPS[1:]) if chance.random() < rate else ""


def _troubles(chance: random.Random, rates: Rates) -> tuple[Trouble, ...]:
    found = []
    for cut, rate in ((Cut.CABLE, rates.fault), (Cut.DISK, rates.disk), (Cut.POWER, rates.power)):
        if chance.random() >= rate:
            continue
        step = chance.choice(STEPS)
        saved = chance.randint(1, 11) if step == "fingers" else 0
        trouble = Trouble(step, saved, chance.uniform(0.0, 1.0), chance.uniform(1.0, 8.0), cut)
        found.append(_with_fault(trouble, chance) if cut is Cut.CABLE else trouble)
    return tuple(found)


def _with_fault(trouble: Trouble, chance: random.Random) -> Trouble:
    device = chance.choice(list(KINDS))
    fault: Fault = chance.choice(sorted(APPLIES[KINDS[device]], key=lambda one: one.value))
    return Trouble(trouble.step, trouble.saved, trouble.delay_s, trouble.lasts_s, trouble.cut, device, fault.value)
