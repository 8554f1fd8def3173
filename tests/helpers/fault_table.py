"""What is seen of each fault of each device: the expectation of a test, and data for whoever explains devices.

`opened`: said when the fault was there before the driver; `checked` and `captured`: said of a fault that came later.
A word is `ready`, `busy`, `captured`, `timed_out`, or the value of an Absence or a Fault; `|` parts what may be said of
noise, which spoils now this and now that. Noise is one byte in forty. What judges say of a capture (a black picture,
half a finger, a stuck pen, a wall's temperature) is not a driver's to say: such faults read `captured`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.api import Absence, Busy, DeviceInfo, DeviceStatus, Disconnected, Fault, Faulted, Ready, Role
from drivers.factory import KINDS
from hw_sim import faults
from station.diagnostics.sentences import device_sentence
from station.text import Message

_TABLE = """
ef01-r307  dropped               ready|garbled    ready|garbled    garbled
ef01-r307  duplicated            ready|garbled    ready|garbled    garbled
ef01-r307  finger_lifted         ready            ready            captured
ef01-r307  garbled               ready|garbled    ready|garbled    garbled
ef01-r307  merged                ready            ready            captured
ef01-r307  password_lost         password         password         password
ef01-r307  sensor_abnormal       ready            ready            sensor_abnormal
ef01-r307  silent                silent           silent           silent
ef01-r307  slow                  ready            ready            captured
ef01-r307  stuck_busy            ready            busy             busy
ef01-r307  unplugged             not_plugged      lost             not_plugged
ef01-r307  wrong_checksum        garbled          garbled          garbled
ef01-r307  wrong_device          wrong_device     wrong_device     wrong_device
ef01-r503  dropped               ready|garbled    ready|garbled    garbled
ef01-r503  duplicated            ready|garbled    ready|garbled    garbled
ef01-r503  finger_lifted         ready            ready            captured
ef01-r503  garbled               ready|garbled    ready|garbled    garbled
ef01-r503  merged                ready            ready            captured
ef01-r503  password_lost         password         password         password
ef01-r503  sensor_abnormal       ready            sensor_abnormal  sensor_abnormal
ef01-r503  silent                silent           silent           silent
ef01-r503  slow                  ready            ready            captured
ef01-r503  stuck_busy            ready            busy             busy
ef01-r503  unplugged             not_plugged      lost             not_plugged
ef01-r503  wrong_checksum        garbled          garbled          garbled
ef01-r503  wrong_device          wrong_device     wrong_device     wrong_device
sfm5020    dropped               ready|garbled    ready|garbled    garbled
sfm5020    duplicated            ready|garbled    ready|garbled    garbled
sfm5020    finger_lifted         ready            ready            captured
sfm5020    garbled               ready|garbled    ready|garbled    captured|garbled
sfm5020    merged                ready            ready            captured
sfm5020    password_lost         password         password         password
sfm5020    sensor_abnormal       ready            sensor_abnormal  sensor_abnormal
sfm5020    silent                silent           silent           silent
sfm5020    slow                  silent           ready            captured
sfm5020    stuck_busy            busy             busy             busy
sfm5020    unplugged             not_plugged      lost             not_plugged
sfm5020    wrong_checksum        garbled          garbled          garbled
sfm5020    wrong_device          wrong_device     wrong_device     wrong_device
topaz      dropped               ready|garbled    ready|garbled    captured|garbled
topaz      duplicated            ready|garbled    ready|garbled    captured|garbled
topaz      garbled               ready|garbled    ready|garbled    captured|garbled
topaz      merged                ready            ready            captured
topaz      pen_stuck             ready            ready            captured
topaz      silent                ready            ready            timed_out
topaz      slow                  ready            ready            captured
topaz      unplugged             not_plugged      not_plugged      not_plugged
topaz      wrong_checksum        ready            garbled          garbled
topaz      wrong_device          ready            wrong_device     wrong_device
isdv4      dropped               ready|garbled    ready|garbled    captured|garbled
isdv4      duplicated            ready|garbled    ready|garbled    captured|garbled
isdv4      garbled               ready|garbled    ready|garbled    captured|garbled
isdv4      merged                ready            ready            captured
isdv4      pen_stuck             ready            ready            captured
isdv4      silent                silent           silent           silent
isdv4      slow                  silent           ready            captured
isdv4      unplugged             not_plugged      not_plugged      not_plugged
isdv4      wrong_checksum        garbled          garbled          garbled
isdv4      wrong_device          wrong_device     wrong_device     wrong_device
mcu90615   dropped               ready|garbled    ready|garbled    captured|garbled
mcu90615   duplicated            ready|garbled    ready|garbled    captured|garbled
mcu90615   garbled               ready|garbled    ready|garbled    captured|garbled
mcu90615   merged                ready            ready            captured
mcu90615   not_a_person          ready            ready            captured
mcu90615   sensor_abnormal       ready            sensor_abnormal  sensor_abnormal
mcu90615   silent                silent           silent           silent
mcu90615   slow                  ready            ready            captured
mcu90615   temperature_drifting  ready            ready            captured
mcu90615   unplugged             not_plugged      lost             not_plugged
mcu90615   wrong_checksum        garbled          garbled          garbled
mcu90615   wrong_device          wrong_device     wrong_device     wrong_device
pyrousb    dropped               ready|garbled    ready|garbled    captured|garbled
pyrousb    duplicated            ready|garbled    ready|garbled    captured|garbled
pyrousb    garbled               ready|garbled    ready|garbled    captured|garbled
pyrousb    merged                ready            ready            captured
pyrousb    not_a_person          ready            ready            captured
pyrousb    sensor_abnormal       sensor_abnormal  sensor_abnormal  sensor_abnormal
pyrousb    silent                silent           silent           silent
pyrousb    slow                  garbled          ready            captured
pyrousb    temperature_drifting  ready            ready            captured
pyrousb    unplugged             not_plugged      lost             not_plugged
pyrousb    wrong_checksum        garbled          garbled          garbled
pyrousb    wrong_device          wrong_device     wrong_device     wrong_device
vc0706     camera_black          ready            ready            captured
vc0706     camera_frozen         ready            ready            frozen
vc0706     dropped               ready|garbled    ready|garbled    garbled
vc0706     duplicated            ready|garbled    ready|garbled    garbled
vc0706     garbled               ready|garbled    ready|garbled    garbled
vc0706     merged                ready            ready            captured
vc0706     short_read            ready            ready            captured
vc0706     silent                silent           silent           silent
vc0706     slow                  silent           ready            timed_out
vc0706     stuck_busy            ready            busy             busy
vc0706     unplugged             not_plugged      lost             not_plugged
vc0706     wrong_checksum        garbled          garbled          garbled
vc0706     wrong_device          wrong_device     wrong_device     wrong_device
uvc        unplugged             not_plugged      lost             not_plugged
uvc        silent                silent           silent           silent
uvc        slow                  ready            silent           silent
uvc        stuck_busy            silent           silent           silent
uvc        wrong_device          ready            frozen           frozen
uvc        camera_frozen         ready            frozen           frozen
uvc        camera_black          ready            ready            captured
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One device with one fault."""

    kind: str
    fault: faults.Fault
    opened: tuple[str, ...]
    checked: tuple[str, ...]
    captured: tuple[str, ...]

    @property
    def role(self) -> Role:
        return KINDS[self.kind]

    @property
    def sentence(self) -> Message:
        """What people read while the fault lasts, once a capture was tried."""
        return device_sentence(_status(self.captured[-1], self.role), self.role)[0]


def rows() -> Iterator[Row]:
    """The whole table."""
    for line in _TABLE.strip().splitlines():
        kind, fault, *said = line.split()
        yield Row(kind, faults.Fault(fault), *(tuple(words.split("|")) for words in said))


def _status(word: str, role: Role) -> DeviceStatus:
    info = DeviceInfo(role, "", "")
    if word in {fault.value for fault in Fault}:
        return Faulted("", Fault(word))
    if word in {absence.value for absence in Absence}:
        return Disconnected("", Absence(word))
    return Busy(info) if word == "busy" else Ready(info)
