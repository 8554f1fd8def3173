"""Troubles in words, each with what to try, in the order a technician tries it: what costs least comes first."""

from collections.abc import Mapping
from typing import assert_never

from drivers.api import Absence, Busy, DeviceStatus, Disconnected, Fault, Faulted, Ready, Role
from station.diagnostics.model import Finding, Trouble
from station.diagnostics.sentences import DEVICE_NAMES
from station.text import Message, msg

T = Trouble

_IN = msg("Press its cable in at both ends.")
_PLUG = msg("Plug its cable in.")
_REPLUG = msg("Pull its cable out, count to five, plug it in again.")
_OTHER_PORT = msg("Plug it into another USB port, without a hub.")
_OTHER_CABLE = msg("Take another cable or adapter.")
_SLOWER = msg("Set a lower speed in the settings file.")
_SETTINGS = msg("Compare its model, port and speed with the settings file: ktpel devices --ask")
_PASSWORD = msg("Write its password into the settings file.")
_REPLACE = msg("Take the spare device, and send this one for repair.")
_PROGRAM = msg("Close the other program that uses it: ktpel devices names it.")
_RIGHTS = msg("Give this user the right to use its port: ktpel devices says how.")
_WIPE_GLASS = msg("Wipe its glass with 70 % alcohol.")
_DRY = msg("Dry it with a soft cloth, and test again.")
_LENS = msg("Wipe its lens with a soft dry cloth.")
_WHOLE_FINGER = msg("Lay the finger flat and let it lie until the picture is there.")
_WARM = msg("Let it lie in this room for 20 minutes, and test again.")
_DRAUGHT = msg("Measure away from sun, wind and air conditioning.")
_AIM = msg("Hold it 3 to 5 cm in front of a dry forehead.")
_CAP = msg("Take the lens cap off.")
_LIGHT = msg("Switch the light on, and keep windows out of the picture.")
_FOCUS = msg("Turn its focus ring until the picture is sharp.")
_PEN_OFF = msg("Take the pen off the pad, and look whether its tip is stuck.")
_OTHER_PEN = msg("Take another pen.")
_WIPE_PAD = msg("Wipe the pad, and keep metal and phones away from it.")
_CALIBRATE = msg("Compare it with the reference: ktpel diag temperature --reference-c 36")
_NO_SENSOR_SLEEP = msg("Switch the station off and on again.")

_WORDS: Mapping[Trouble, tuple[Message, tuple[Message, ...]]] = {
    T.UNPLUGGED: (msg("is not plugged in"), (_PLUG, _IN, _OTHER_PORT, _OTHER_CABLE, _SETTINGS, _REPLACE)),
    T.NO_RIGHTS: (msg("is there, but this user may not open it"), (_RIGHTS,)),
    T.IN_USE: (msg("is used by another program"), (_PROGRAM, _REPLUG)),
    T.SILENT: (
        msg("does not answer, or much too late"),
        (_REPLUG, _OTHER_PORT, _OTHER_CABLE, _SETTINGS, _REPLACE),
    ),
    T.SLOW: (msg("answers late"), (_REPLUG, _OTHER_PORT, _OTHER_CABLE, _REPLACE)),
    T.BURSTS: (
        msg("answers in bursts: something on the way holds its data back"),
        (_OTHER_PORT, _OTHER_CABLE, _REPLACE),
    ),
    T.NOISE: (
        msg("loses or changes part of its data on the way"),
        (_IN, _REPLUG, _OTHER_PORT, _OTHER_CABLE, _SLOWER, _REPLACE),
    ),
    T.ALL_BROKEN: (
        msg("sends nothing whole: all of it is broken, or too late"),
        (_SETTINGS, _REPLUG, _OTHER_CABLE, _SLOWER, _REPLACE),
    ),
    T.OTHER_DEVICE: (msg("is not what sits at its port"), (_SETTINGS, _REPLUG, _REPLACE)),
    T.STUCK_BUSY: (msg("says that it is busy, and does not end"), (_REPLUG, _NO_SENSOR_SLEEP, _REPLACE)),
    T.REFUSED: (msg("refuses to work"), (_REPLUG, _SETTINGS, _REPLACE)),
    T.SENSOR: (msg("says that its sensor is broken"), (_WIPE_GLASS, _DRY, _REPLUG, _REPLACE)),
    T.PASSWORD: (msg("asks for another password"), (_PASSWORD, _REPLACE)),
    T.NOT_CLEAR: (msg("sees something on its empty glass"), (_WIPE_GLASS, _DRY, _REPLUG, _REPLACE)),
    T.DEAD_PIXELS: (msg("has places that do not see"), (_WIPE_GLASS, _DRY, _REPLUG, _REPLACE)),
    T.SENSOR_NOISE: (msg("sees specks where nothing lies"), (_WIPE_GLASS, _DRY, _OTHER_PORT, _OTHER_CABLE, _REPLACE)),
    T.GHOST: (msg("still shows the finger before"), (_WIPE_GLASS, _DRY, _REPLACE)),
    T.PARTIAL_FINGER: (
        msg("shows part of a finger only: it was lifted too soon, or part of the glass is blind"),
        (_WHOLE_FINGER, _WIPE_GLASS, _DRY, _REPLACE),
    ),
    T.RESOLUTION: (msg("has another resolution than it says"), (_SETTINGS, _REPLACE)),
    T.NOT_REPEATABLE: (
        msg("does not know the same finger again"),
        (_WIPE_GLASS, _DRY, _WHOLE_FINGER, _OTHER_CABLE, _REPLACE),
    ),
    T.FROZEN: (msg("repeats one picture"), (_REPLUG, _OTHER_PORT, _SETTINGS, _REPLACE)),
    T.BLACK: (msg("gives a black picture"), (_CAP, _LIGHT, _REPLUG, _REPLACE)),
    T.SLOW_PICTURES: (
        msg("brings its pictures too slowly, or in pieces"),
        (_LIGHT, _IN, _OTHER_PORT, _OTHER_CABLE, _SLOWER, _REPLACE),
    ),
    T.BLURRED: (msg("gives a blurred picture"), (_LENS, _FOCUS, _LIGHT, _REPLACE)),
    T.EXPOSURE: (msg("gives too dark or too bright a picture"), (_LIGHT, _LENS, _REPLUG, _REPLACE)),
    T.COLOUR: (msg("shows a white card in colour"), (_LIGHT, _LENS, _REPLUG, _REPLACE)),
    T.PEN_STUCK: (msg("feels a pen that stays in one place"), (_PEN_OFF, _WIPE_PAD, _REPLUG, _OTHER_PEN, _REPLACE)),
    T.NOT_STRAIGHT: (msg("bends a straight line"), (_WIPE_PAD, _REPLUG, _OTHER_PEN, _REPLACE)),
    T.GAPS: (msg("leaves gaps in a line"), (_OTHER_PEN, _WIPE_PAD, _OTHER_PORT, _OTHER_CABLE, _REPLACE)),
    T.PRESSURE: (msg("does not feel how hard the pen is pressed"), (_OTHER_PEN, _REPLUG, _REPLACE)),
    T.UNSTABLE: (msg("does not measure the same twice"), (_LENS, _DRAUGHT, _WARM, _REPLACE)),
    T.DRIFTING: (msg("measures ever more, or ever less"), (_WARM, _DRAUGHT, _LENS, _CALIBRATE, _REPLACE)),
    T.NOT_A_PERSON: (msg("does not see a forehead"), (_AIM, _LENS, _WARM, _CALIBRATE, _REPLACE)),
    T.AMBIENT: (msg("says that the room is too cold or too hot for it"), (_DRAUGHT, _WARM, _REPLACE)),
    T.OFFSET: (msg("differs too much from the reference"), (_LENS, _WARM, _CALIBRATE, _REPLACE)),
    T.OVERDUE: (msg("was not compared with a reference in time"), (_CALIBRATE, _REPLACE)),
}  # fmt: skip

_ABSENCES: Mapping[Absence, Trouble] = {
    Absence.NOT_PLUGGED: T.UNPLUGGED,
    Absence.LOST: T.UNPLUGGED,
    Absence.NO_PERMISSION: T.NO_RIGHTS,
    Absence.IN_USE: T.IN_USE,
}
_FAULTS: Mapping[Fault, Trouble] = {
    Fault.SILENT: T.SILENT,
    Fault.GARBLED: T.ALL_BROKEN,
    Fault.WRONG_DEVICE: T.OTHER_DEVICE,
    Fault.SENSOR_ABNORMAL: T.SENSOR,
    Fault.PASSWORD: T.PASSWORD,
    Fault.FROZEN: T.FROZEN,
    Fault.REFUSED: T.REFUSED,
}
OF_THE_LINE = frozenset(
    {T.UNPLUGGED, T.NO_RIGHTS, T.IN_USE, T.SILENT, T.SLOW, T.BURSTS, T.NOISE, T.ALL_BROKEN, T.OTHER_DEVICE}
    | {T.STUCK_BUSY, T.REFUSED, T.PASSWORD, T.SENSOR, T.FROZEN}
)
"""While one of these lasts the later steps say nothing more."""


def finding(trouble: Trouble, role: Role) -> Finding:
    """A trouble of this device, in words."""
    what, cures = _WORDS[trouble]
    return Finding(trouble, msg("{device} {what}.", device=DEVICE_NAMES[role], what=what), cures)


def of_status(status: DeviceStatus) -> Trouble | None:
    """What one status alone says; None when it is well."""
    match status:
        case Ready():
            return None
        case Busy():
            return T.STUCK_BUSY
        case Disconnected():
            return _ABSENCES[status.why]
        case Faulted():
            return _FAULTS[status.fault]
        case _:
            assert_never(status)
