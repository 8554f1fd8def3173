"""The names of fingers, devices, grounds and checklist items, in plain words."""

from drivers.api import Role
from station.biometrics.model import ExceptionKind, FingerPosition
from station.health.model import Item, Person
from station.registry.model import Ground, RoleOfOfficer
from station.text import Message, msg

F = FingerPosition

FINGER: dict[FingerPosition, Message] = {
    F.RIGHT_THUMB: msg("Right thumb"),
    F.RIGHT_INDEX: msg("Right index finger"),
    F.RIGHT_MIDDLE: msg("Right middle finger"),
    F.RIGHT_RING: msg("Right ring finger"),
    F.RIGHT_LITTLE: msg("Right little finger"),
    F.LEFT_THUMB: msg("Left thumb"),
    F.LEFT_INDEX: msg("Left index finger"),
    F.LEFT_MIDDLE: msg("Left middle finger"),
    F.LEFT_RING: msg("Left ring finger"),
    F.LEFT_LITTLE: msg("Left little finger"),
}

DEVICE: dict[Role, Message] = {
    Role.FINGERPRINT: msg("Fingerprint reader"),
    Role.CAMERA: msg("Camera"),
    Role.SIGNATURE: msg("Signature pad"),
    Role.TEMPERATURE: msg("Thermometer"),
}

GROUND: dict[Ground, Message] = {
    Ground.SCHOOL: msg("School admission"),
    Ground.ARMY_POLICE: msg("Army or police"),
    Ground.HOSPITAL: msg("Hospital"),
    Ground.BPJS: msg("BPJS"),
    Ground.OTHER: msg("Other, with a reason"),
}

OFFICER: dict[RoleOfOfficer, Message] = {
    RoleOfOfficer.OFFICER: msg("Officer"),
    RoleOfOfficer.SUPERVISOR: msg("Supervisor"),
    RoleOfOfficer.TECHNICIAN: msg("Technician"),
}

PERSON: dict[Person, Message] = {Person.OFFICER: msg("Officer"), Person.APPLICANT: msg("Applicant")}

ITEM: dict[Item, Message] = {
    Item.OFFICER_TEMPERATURE: msg("Officer's temperature"),
    Item.APPLICANT_TEMPERATURE: msg("Applicant's temperature"),
    Item.FINGERPRINT_WIPED: msg("Fingerprint reader wiped"),
    Item.CAMERA_WIPED: msg("Camera wiped"),
    Item.SIGNATURE_WIPED: msg("Signature pad wiped"),
    Item.TEMPERATURE_WIPED: msg("Thermometer wiped"),
    Item.OFFICER_GLOVES: msg("You wear gloves"),
    Item.OFFICER_MASK: msg("You wear a mask"),
    Item.APPLICANT_HANDS: msg("Applicant's hands are clean"),
}

REASON: dict[ExceptionKind, Message] = {
    ExceptionKind.MISSING: msg("The finger is missing"),
    ExceptionKind.BANDAGED: msg("The finger is bandaged"),
    ExceptionKind.UNREADABLE: msg("The lines cannot be read"),
    ExceptionKind.CANNOT_SIGN: msg("The applicant cannot sign"),
    ExceptionKind.LINE_INSTEAD: msg("A line stands for the signature"),
    ExceptionKind.THUMBPRINT_INSTEAD: msg("The thumbprint stands for the signature"),
}
