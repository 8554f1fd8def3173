"""What is plugged in, whether this user may open it, and the exact command that cures it where not."""

import grp
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.api import Absence, DeviceStatus, Disconnected, DriverSettings, Role
from drivers.discovery import Candidate
from station.text import Message, msg

RULES = "deploy/60-ktpel.rules"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a port: `group` owns it, `group_may` says whether that helps, `member` whether the user is in it."""

    may_open: bool
    group: str
    group_may: bool
    member: bool


@dataclass(frozen=True, slots=True)
class Plugged:
    """Something found: what it may be, for which role it is configured, and what keeps this user from opening it."""

    candidate: Candidate
    configured_for: Role | None
    access: Access
    cure: Message | None


def look(candidates: Sequence[Candidate], settings: Mapping[Role, DriverSettings], user: str,
         access_to: Callable[[str, str], Access | None]) -> tuple[Plugged, ...]:  # fmt: skip
    """Everything found, in order; a port that went away meanwhile is left out."""
    used = {_real(device.port): role for role, device in settings.items()}
    found = [(candidate, access_to(candidate.port, user)) for candidate in candidates]
    return tuple(
        Plugged(candidate, used.get(_real(candidate.port)), access, access_cure(access, user))
        for candidate, access in found
        if access is not None
    )


def access_to(port: str, user: str) -> Access | None:
    """Whether this process may read and write `port`, without opening it: opening a serial port resets some boards."""
    try:
        found = Path(port).stat()
    except OSError:
        return None
    try:
        entry = grp.getgrgid(found.st_gid)
        group, members = entry.gr_name, entry.gr_mem
    except KeyError:
        group, members = str(found.st_gid), []
    both = stat.S_IRGRP | stat.S_IWGRP
    return Access(os.access(port, os.R_OK | os.W_OK), group, found.st_mode & both == both, user in members)


def access_cure(access: Access, user: str) -> Message | None:
    """What to do so that the user may open the port; None when it can be opened."""
    if access.may_open:
        return None
    if not access.group_may or access.group == "root":
        return rules_cure()
    if access.member:
        return msg("{user} is in the group {group} since the last login. Log out and in again.",
                   user=user, group=access.group)  # fmt: skip
    return msg("Run: sudo usermod -aG {group} {user}. Then log out and in again.", group=access.group, user=user)


def rules_cure() -> Message:
    """Installing the udev rules that come with the station."""
    return msg("Run: sudo cp {rules} /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger",
               rules=RULES)  # fmt: skip


def exact_cures(role: Role, status: DeviceStatus, found: Sequence[Plugged]) -> tuple[Message, ...]:
    """Commands and ports for a configured device that is not ready, beyond the advice that fits every device."""
    if not isinstance(status, Disconnected):
        return ()
    match status.why:
        case Absence.IN_USE:
            return (msg("Find the program: sudo fuser -v {port}", port=status.port), rules_cure())
        case Absence.NO_PERMISSION:
            own = next((one.cure for one in found if one.configured_for is role), None)
            return (own or rules_cure(),)
        case _:
            free = [one.candidate for one in found if one.configured_for is None and role in one.candidate.roles]
            return tuple(
                msg("Perhaps it is this one: {port} ({label}). Write it into the settings file.",
                    port=one.port, label=one.label)
                for one in free
            )  # fmt: skip


def _real(port: str) -> str:
    return port if "://" in port else str(Path(port).resolve())
