"""What is plugged in, whether this user may open it, and the exact command that cures it where not."""

import grp
import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.api import Absence, DeviceStatus, Disconnected, DriverSettings, Role
from drivers.discovery import Candidate
from drivers.probing import Answer
from station.text import Message, msg

RULES = "deploy/60-ktpel.rules"
INSTALLED_RULES = Path("/etc/udev/rules.d/60-ktpel.rules")
MODEM_MANAGER = "ModemManager"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a port: `group` owns it, `group_may` says whether that helps, `member` whether the user is in it."""

    may_open: bool
    group: str
    group_may: bool
    member: bool


@dataclass(frozen=True, slots=True)
class Plugged:
    """Something found: what it may be, for which role it is configured, what keeps this user from opening it (`cure`),
    what else is to be done about it, and whether a program has it open."""

    candidate: Candidate
    configured_for: Role | None
    access: Access
    cure: Message | None
    advice: tuple[Message, ...] = ()
    busy: bool = False


Holders = Callable[[str], tuple[tuple[int, str], ...]]


def look(candidates: Sequence[Candidate], settings: Mapping[Role, DriverSettings], user: str,
         access_to: Callable[[str, str], Access | None],
         holders: Holders = lambda _port: ()) -> tuple[Plugged, ...]:  # fmt: skip
    """Everything found, in order; a port that went away meanwhile is left out."""
    used = {_real(device.port): role for role, device in settings.items()}
    plugged = []
    for candidate in candidates:
        access, holding = access_to(candidate.port, user), holders(candidate.port)
        if access is not None:
            role, advice = used.get(_real(candidate.port)), (*naming_cure(candidate), *busy_cures(holding))
            plugged.append(Plugged(candidate, role, access, access_cure(access, user), advice, bool(holding)))
    return tuple(plugged)


def naming_cure(candidate: Candidate) -> tuple[Message, ...]:
    """What to do about a port whose name may be another one tomorrow."""
    if candidate.stable:
        return ()
    return (msg("It has no lasting name under /dev/serial. Run: sudo apt install udev. Then plug it in again."),)


def busy_cures(holders: Sequence[tuple[int, str]]) -> tuple[Message, ...]:
    """What to do about programs that have a port open."""
    return tuple(
        rules_cure()
        if name == MODEM_MANAGER
        else msg("The program {name} uses it. Close it, or run: sudo kill {process}", name=name, process=process)
        for process, name in holders
    )


def machine_cures(modem_manager_runs: bool, rules_installed: bool, pads: Sequence[str]) -> tuple[Message, ...]:
    """What of the machine itself stands in the way, and pads that only look usable."""
    told = [
        msg("{pad} is plugged in as a HID pad and cannot be used. Use a serial one: Topaz -BSB, or Wacom ISDv4.",
            pad=pad)
        for pad in pads
    ]  # fmt: skip
    if modem_manager_runs and not rules_installed:
        told.append(msg("ModemManager runs and sends to each new port. {cure}", cure=rules_cure()))
    return tuple(told)


def proposal(answers: Sequence[Answer], cameras: Sequence[Candidate]) -> str:
    """The devices' part of a settings file: one device a role, the first that was found."""
    lines: list[str] = []
    for role in Role:
        answer = next((one for one in answers if one.role is role), None)
        if answer is not None:
            lines += [f"[devices.{role.value}]", f'kind = "{answer.kind}"', f"port = {json.dumps(answer.port)}"]
            lines += [f"baud = {answer.baud}", ""]
        elif role is Role.CAMERA and cameras:
            lines += ["[devices.camera]", 'kind = "uvc"', f"port = {json.dumps(cameras[0].port)}", ""]
        else:
            lines += [f"# [devices.{role.value}]: nothing was found", ""]
    return "\n".join(lines)


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
