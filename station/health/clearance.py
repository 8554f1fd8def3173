"""The single-use key that capture needs, and the permit it turns into.

Only a Mint makes a Clearance and only the Mint that made it redeems it: one built by hand, copied, unpickled, used
before, out of date or meant for another applicant, officer or device is refused with NotClearedError.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import final

from drivers.api import DeviceInfo, Role
from station.clock import Clock


class NotClearedError(PermissionError):
    """Capture was asked for without a valid clearance: a bug or an attempt, never a normal answer."""


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """The device that was wiped, as far as it can be told from another."""

    model: str
    serial: str
    port: str

    def is_same(self, info: DeviceInfo) -> bool:
        """By model and serial number, on whatever port; a device that told no serial, or tells it late, by its port."""
        if self.serial:
            return (self.model, self.serial) == (info.model, info.serial)
        return self.port == info.port


def identity(info: DeviceInfo) -> DeviceIdentity:
    return DeviceIdentity(info.model, info.serial, info.port)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a clearance is for: this case, this officer, these devices."""

    case_number: str
    officer_id: str
    devices: Mapping[Role, DeviceIdentity]


@final
class Clearance:
    """Permission to begin capture, once. Has no public constructor: ask a Gate."""

    __slots__ = ("_nonce", "_scope")
    _nonce: bytes
    _scope: Scope

    def __init__(self) -> None:
        raise NotClearedError("a Clearance is minted by the gate, never made by hand")

    def __copy__(self) -> "Clearance":
        raise NotClearedError("a Clearance cannot be copied")

    def __deepcopy__(self, _memo: object) -> "Clearance":
        raise NotClearedError("a Clearance cannot be copied")

    def __reduce__(self) -> str:
        raise NotClearedError("a Clearance cannot be stored")


@final
class Permit:
    """A redeemed clearance: lives as long as its case, and every capture shows it."""

    __slots__ = ("_mint", "scope")

    def __init__(self, mint: "Mint", scope: Scope) -> None:
        self._mint = mint
        self.scope = scope

    def require(self, case_number: str, officer_id: str, device: DeviceInfo) -> None:
        """Raise NotClearedError unless this permit is alive and covers case, officer and device."""
        if not self._mint.is_alive(self):
            raise NotClearedError("the permit has ended, or was never issued")
        if (case_number, officer_id) != (self.scope.case_number, self.scope.officer_id):
            raise NotClearedError("the permit belongs to another case or officer")
        if not self.covers(device):
            raise NotClearedError("the permit does not cover this device: it was not disinfected for this case")

    def covers(self, device: DeviceInfo) -> bool:
        """Whether this very device was among those wiped for the case."""
        wiped = self.scope.devices.get(device.role)
        return wiped is not None and wiped.is_same(device)


@dataclass(slots=True)
class _Issued:
    clearance: Clearance
    expires_s: float


class Mint:
    """Makes and redeems the clearances of one counter. Main thread only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[bytes, _Issued] = {}
        self._alive: Permit | None = None

    def issue(self, scope: Scope, valid_s: float) -> Clearance:
        """Called by the Gate alone, once every item of the checklist holds. A new clearance voids the older ones."""
        clearance = object.__new__(Clearance)
        clearance._nonce = secrets.token_bytes(16)
        clearance._scope = Scope(scope.case_number, scope.officer_id, MappingProxyType(dict(scope.devices)))
        self._issued = {clearance._nonce: _Issued(clearance, self._clock.monotonic_s() + valid_s)}
        return clearance

    def redeem(self, clearance: Clearance, case_number: str, officer_id: str) -> Permit:
        """Turn a clearance into the permit of its case; the clearance is spent whatever happens.

        Raises NotClearedError when it was not minted here, was used, has expired, or is another case's or officer's.
        """
        if type(clearance) is not Clearance:
            raise NotClearedError("capture needs a Clearance")
        issued = self._issued.pop(getattr(clearance, "_nonce", b""), None)
        if issued is None or issued.clearance is not clearance:
            raise NotClearedError("this clearance was not minted here, or was used before")
        if self._clock.monotonic_s() > issued.expires_s:
            raise NotClearedError("this clearance has expired")
        scope = clearance._scope
        if (scope.case_number, scope.officer_id) != (case_number, officer_id):
            raise NotClearedError("this clearance belongs to another case or officer")
        self._alive = Permit(self, scope)
        return self._alive

    def is_alive(self, permit: Permit) -> bool:
        return permit is self._alive

    def end(self) -> None:
        """The case is over, or the officer left: the permit and all clearances die."""
        self._alive = None
        self._issued.clear()
