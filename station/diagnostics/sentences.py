"""A device's status in words, and what to do about it, in the order a technician tries it."""

from collections.abc import Mapping
from typing import assert_never

from drivers.api import Absence, Busy, DeviceStatus, Disconnected, Fault, Faulted, Ready, Role
from station.text import Message, msg

DEVICE_NAMES: Mapping[Role, Message] = {
    Role.FINGERPRINT: msg("The fingerprint reader"),
    Role.CAMERA: msg("The camera"),
    Role.SIGNATURE: msg("The signature pad"),
    Role.TEMPERATURE: msg("The thermometer"),
}

_REPLUG = msg("Pull its cable out, count to five, plug it in again.")
_CABLE = msg("Press its cable in at both ends.")
_PORT = msg("Set its port again in the settings file.")
_SPEED = msg("Compare its model and speed with the settings file.")
_SPARE = msg("Take the spare device.")
_OTHER_PROGRAM = msg("Close the other program that uses it.")
_RIGHTS = msg("Let the technician give this user the right to use its port.")
_WIPE = msg("Wipe its window dry, then test again.")
_PASSWORD = msg("Write its password into the settings file.")
_AGAIN = msg("Test it again.")
_WAIT = msg("Wait a moment.")

_ABSENCE_CURES: Mapping[Absence, tuple[Message, ...]] = {
    Absence.NOT_PLUGGED: (msg("Plug its cable in."), _PORT, _SPARE),
    Absence.NO_PERMISSION: (_RIGHTS,),
    Absence.IN_USE: (_OTHER_PROGRAM, _REPLUG),
    Absence.LOST: (_CABLE, _REPLUG, _SPARE),
}

_FAULT_CURES: Mapping[Fault, tuple[Message, ...]] = {
    Fault.SILENT: (_REPLUG, _SPEED, _SPARE),
    Fault.GARBLED: (_CABLE, _SPEED, _SPARE),
    Fault.WRONG_DEVICE: (_PORT, _SPEED),
    Fault.SENSOR_ABNORMAL: (_WIPE, _REPLUG, _SPARE),
    Fault.PASSWORD: (_PASSWORD, _SPARE),
    Fault.FROZEN: (_REPLUG, _SPARE),
    Fault.REFUSED: (_AGAIN, _REPLUG, _SPEED),
}


def device_sentence(status: DeviceStatus | None, role: Role) -> tuple[Message, Message | None]:
    """What to say of a device, and the first thing to try; None when nothing is to be done."""
    return _sentence(status, DEVICE_NAMES[role]), next(iter(cures(status)), None)


def cures(status: DeviceStatus | None) -> tuple[Message, ...]:
    """Everything worth trying, in order."""
    match status:
        case None | Ready():
            return ()
        case Busy():
            return (_WAIT,)
        case Disconnected():
            return _ABSENCE_CURES[status.why]
        case Faulted():
            return _FAULT_CURES[status.fault]
        case _:
            assert_never(status)


def _sentence(status: DeviceStatus | None, device: Message) -> Message:
    match status:
        case None:
            return msg("{device} was not asked yet.", device=device)
        case Ready():
            return msg("{device} is ready.", device=device)
        case Busy():
            return msg("{device} is at work.", device=device)
        case Disconnected():
            return _absence(status.why, device)
        case Faulted():
            return _fault(status.fault, device)
        case _:
            assert_never(status)


def _absence(why: Absence, device: Message) -> Message:
    match why:
        case Absence.NOT_PLUGGED:
            return msg("{device} is not plugged in.", device=device)
        case Absence.NO_PERMISSION:
            return msg("{device} is there, but this user may not open it.", device=device)
        case Absence.IN_USE:
            return msg("{device} is used by another program.", device=device)
        case Absence.LOST:
            return msg("{device} was unplugged. What is sealed stays safe.", device=device)
        case _:
            assert_never(why)


def _fault(fault: Fault, device: Message) -> Message:
    match fault:
        case Fault.SILENT:
            return msg("{device} is plugged in and does not answer.", device=device)
        case Fault.GARBLED:
            return msg("{device} sends broken data.", device=device)
        case Fault.WRONG_DEVICE:
            return msg("{device} does not answer: another device sits at its port.", device=device)
        case Fault.SENSOR_ABNORMAL:
            return msg("{device} says that its sensor is not well.", device=device)
        case Fault.PASSWORD:
            return msg("{device} asks for another password.", device=device)
        case Fault.FROZEN:
            return msg("{device} repeats the same picture.", device=device)
        case Fault.REFUSED:
            return msg("{device} refused to work.", device=device)
        case _:
            assert_never(fault)
