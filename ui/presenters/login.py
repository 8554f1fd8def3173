"""Login: the officer's card, then the PIN."""

from dataclasses import dataclass, field
from math import ceil

from station.capture.facts import DeskFacts
from station.registry.model import OfficerCard, RoleOfOfficer
from station.text import Message, msg, plain
from ui.presenters.common import Action, Bar, no_words
from ui.presenters.intents import Choose, Edit, Go, LogIn, Place
from ui.presenters.view import View
from ui.presenters.words import OFFICER


@dataclass(frozen=True, slots=True)
class CardState:
    """One officer's card."""

    name: Message
    role: Message
    chosen: bool
    intent: Choose | Edit


@dataclass(frozen=True, slots=True)
class PinState:
    """Cards to choose from and the PIN typed so far; `locked` while no PIN is taken."""

    cards: tuple[CardState, ...]
    pin: str = field(repr=False)
    locked: bool
    line: Message
    refused: bool


@dataclass(frozen=True, slots=True)
class LoginState:
    """The login screen."""

    bar: Bar
    pin: PinState


def present(facts: DeskFacts, view: View) -> LoginState:
    """Who is on duty; a lock-out counts down in words."""
    login = facts.login
    chosen = view.officer_id or (login.officers[0].officer_id if len(login.officers) == 1 else "")
    left_s = max(0.0, (login.retry_at_s or 0.0) - view.now_s)
    line, refused = no_words(), False
    if login.busy:
        line = msg("Checking the PIN")
    elif left_s > 0:
        line, refused = msg("Wait {seconds} seconds, then try again", seconds=ceil(left_s)), True
    elif login.refused is not None and not view.pin:
        line, refused = login.refused, True
    elif not chosen:
        line = msg("Choose your name")
    elif not view.pin:
        line = msg("Type your PIN")
    ready = bool(chosen) and bool(view.pin) and not login.busy and left_s <= 0
    return LoginState(
        bar=Bar(
            heading=msg("Who is on duty?"),
            primary=Action(msg("Log in"), LogIn(chosen, view.pin), enabled=ready),
            secondary=(Action(msg("Show devices"), Go(Place.DEVICES)),),
        ),
        pin=PinState(cards(login.officers, chosen), view.pin, login.busy or left_s > 0, line, refused),
    )


def cards(officers: tuple[OfficerCard, ...], chosen: str) -> tuple[CardState, ...]:
    """One card an officer."""
    return tuple(
        CardState(plain(one.name), OFFICER[one.role], one.officer_id == chosen, Choose(one.officer_id))
        for one in officers
    )


def approvers(facts: DeskFacts) -> tuple[OfficerCard, ...]:
    """Who may stand for something as the second person: supervisors, never the officer who asks."""
    own = facts.officer.officer_id if facts.officer is not None else ""
    return tuple(one for one in facts.login.officers if one.role is RoleOfOfficer.SUPERVISOR and one.officer_id != own)
