"""What a case leaves behind: every capture as its standard's record, and the manifest that lists them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from drivers.api import FingerImage, Gray, PadSize, PenPoint
from station.biometrics.formats import fac, fir, sdi
from station.biometrics.formats.blocks import CaptureDevice, QualityBlock
from station.biometrics.formats.picture import write_wsq
from station.biometrics.model import ExceptionKind, FingerPosition, Verdict
from station.biometrics.quality import signature as signature_quality
from station.capture.context import Case, CounterSettings, FingerCoding
from station.capture.facts import SealedItem
from station.capture.fingers import Impression, Standing
from station.registry.model import Sex
from station.safekeeping.cbor import Value
from station.safekeeping.contents import Part
from station.safekeeping.vault import Outcome, Sealed, SealedLabel
from station.text import Message, msg

PHOTO_WIDTH_PX, PHOTO_HEIGHT_PX = 480, 640
SIGNATURE_PX_PER_MM = 10.0
FIR, FAC, SDI = "application/x-iso-19794-4", "application/x-iso-19794-5", "application/x-iso-19794-7"
PNG, WSQ, JSON = "image/png", "image/x-wsq", "application/json"
EIGHT_BITS = 8

P = FingerPosition
FINGER_WORDS: dict[FingerPosition, Message] = {
    P.RIGHT_THUMB: msg("right thumb"),
    P.RIGHT_INDEX: msg("right index finger"),
    P.RIGHT_MIDDLE: msg("right middle finger"),
    P.RIGHT_RING: msg("right ring finger"),
    P.RIGHT_LITTLE: msg("right little finger"),
    P.LEFT_THUMB: msg("left thumb"),
    P.LEFT_INDEX: msg("left index finger"),
    P.LEFT_MIDDLE: msg("left middle finger"),
    P.LEFT_RING: msg("left ring finger"),
    P.LEFT_LITTLE: msg("left little finger"),
}
PHOTO_LABEL, SIGNATURE_LABEL = msg("Photo"), msg("Signature")
EXCEPTION_WORDS: dict[ExceptionKind, Message] = {
    ExceptionKind.MISSING: msg("missing"),
    ExceptionKind.BANDAGED: msg("bandaged"),
    ExceptionKind.UNREADABLE: msg("not readable"),
    ExceptionKind.CANNOT_SIGN: msg("cannot sign"),
    ExceptionKind.LINE_INSTEAD: msg("a line instead"),
    ExceptionKind.THUMBPRINT_INSTEAD: msg("thumbprint instead"),
}
UNUSABLE = {ExceptionKind.MISSING: fir.AnnotationCode.AMPUTATED}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the manifest and of the review: what was recorded, how well, or by which exception."""

    label: Message
    key: str
    score: int | None
    tries: int
    exception: ExceptionKind | None
    approver_id: str | None

    def detail(self) -> Message:
        """The review's words for it."""
        if self.exception is not None:
            return msg("By exception: {kind}", kind=EXCEPTION_WORDS[self.exception])
        if self.score is None:
            return msg("Recorded")
        return msg("Quality {score}", score=self.score)

    def outcome(self) -> Outcome:
        """What the station must know of it after a power cut."""
        return Outcome(self.score, self.tries, self.exception, self.approver_id)

    def note_in(self, case: Case, sealed: Sealed | SealedLabel) -> None:
        """It is durable: from now on this bundle counts for the item."""
        case.items[self.key] = self.value(sealed)
        case.sealed[self.key] = SealedItem(self.label, self.detail(), self.exception is not None)

    def value(self, sealed: Sealed | SealedLabel) -> dict[str, Value]:
        """The manifest's entry."""
        return {
            "item": self.key,
            "bundle": sealed.bundle_id,
            "sha256": sealed.sha256,
            "score": self.score,
            "tries": self.tries,
            "exception": self.exception.value if self.exception else None,
            "approver": self.approver_id,
        }


def photo_item(verdict: Verdict, tries: int, exception: ExceptionKind | None, approver_id: str | None) -> Item:
    return Item(PHOTO_LABEL, "photo", verdict.score, tries, exception, approver_id)


def finger_item(
    standing: Standing,
    impression: Impression | None,
    exception: ExceptionKind | None,
    approver_id: str | None,
    confirming: bool,
) -> Item:
    label = finger_label(standing.position, confirming)
    score = impression.verdict.score if impression else None
    return Item(label, finger_key(standing.position, confirming), score, standing.tries, exception, approver_id)


def signature_item(verdict: Verdict | None, exception: ExceptionKind | None, approver_id: str | None) -> Item:
    return Item(SIGNATURE_LABEL, "signature", verdict.score if verdict else None, 1, exception, approver_id)


def gate_item() -> Item:
    return Item(msg("Checklist"), "gate", None, 1, None, None)


def finger_label(position: FingerPosition, confirming: bool) -> Message:
    words = FINGER_WORDS[position]
    return msg("Confirmed: {finger}", finger=words) if confirming else words


def finger_key(position: FingerPosition, confirming: bool) -> str:
    """A segment's label: no personal data."""
    return f"{'confirmation' if confirming else 'finger'}-{position.value:02d}"


def photo_parts(picture: Gray, verdict: Verdict, sex: Sex, now: datetime) -> tuple[Part, ...]:
    """The portrait as a FAC record with a lossless PNG; `picture` is (height, width, 3) uint8 BGR."""
    height, width = picture.shape[:2]
    gender = fac.Gender.MALE if sex is Sex.MALE else fac.Gender.FEMALE
    photo = fac.FacePhoto(
        captured_at=now,
        data=fac.photo_png(picture),
        width=width,
        height=height,
        gender=gender,
        quality=(QualityBlock(verdict.score),),
        processing=fac.CARD_CUT,
    )
    return (Part("photo.fac", FAC, bytearray(fac.encode(fac.FaceRecord((photo,))))),)


def finger_parts(
    position: FingerPosition,
    impression: Impression | None,
    exception: ExceptionKind | None,
    now: datetime,
    confirming: bool,
    coding: FingerCoding,
    hand: Gray | None = None,
) -> tuple[Part, ...]:
    """One finger as a FIR record, true depth and resolution stated; a finger without an image as its annotation.

    `hand` (height, width, 3) uint8 BGR shows why there is no image. A WSQ copy is made of 8-bit images only.
    """
    key = finger_key(position, confirming)
    if impression is None:
        note = {"position": position.value, "exception": exception.value if exception else None}
        seen = () if hand is None else (Part(f"{key}-hand.png", PNG, bytearray(fac.photo_png(hand))),)
        return (Part(f"{key}.json", JSON, _json(note)), *seen)
    one = _representation(position, impression.image, impression.verdict, exception, now)
    if coding.jpeg_2000 and one.depth_bits == EIGHT_BITS:
        one = replace(one, compression=fir.Compression.JP2_LOSSLESS)
    master = Part(f"{key}.fir", FIR, bytearray(fir.encode(fir.FingerRecord((one,)))))
    if not coding.wsq_copy or one.depth_bits != EIGHT_BITS:
        return (master,)
    return (master, Part(f"{key}.wsq", WSQ, bytearray(write_wsq(one.pixels))))


def _representation(
    position: FingerPosition, image: FingerImage, verdict: Verdict, exception: ExceptionKind | None, now: datetime
) -> fir.FingerRepresentation:
    annotations = (fir.Annotation(position, UNUSABLE.get(exception, fir.AnnotationCode.UNUSABLE)),) if exception else ()
    return fir.FingerRepresentation(
        position=position,
        captured_at=now,
        pixels=image.pixels,
        scan_ppi=image.resolution_ppi,
        image_ppi=image.resolution_ppi,
        depth_bits=image.depth_bits,
        quality=(QualityBlock(verdict.score),),
        device=CaptureDevice(fir.Technology.UNKNOWN),
        annotations=annotations,
    )


def signature_parts(
    points: Sequence[PenPoint], size: PadSize, now: datetime, thumb: FingerPosition | None = None
) -> tuple[Part, ...]:
    """The signature, or the line instead of it, as an SDI record and as a picture.

    An empty pad leaves a note, which names the `thumb` whose impression stands for the signature, if one does.
    """
    if thumb is not None or not points:
        note = {"signature": None, "thumb": thumb.value if thumb else None, "at": now.isoformat()}
        return (Part("signature.json", JSON, _json(note)),)
    picture = fac.photo_png(signature_quality.render(points, size, SIGNATURE_PX_PER_MM))
    return (
        Part("signature.sdi", SDI, bytearray(sdi.encode(points, size))),
        Part("signature.png", PNG, bytearray(picture)),
    )


def gate_parts(case: Case, now: datetime) -> tuple[Part, ...]:
    """The biodata and the gate's evidence: the first thing sealed, so that a power cut leaves a whole beginning."""
    return (*biodata_parts(case), Part("gate.json", JSON, _json(_evidence(case) | {"sealed_at": now.isoformat()})))


def biodata_parts(case: Case) -> tuple[Part, ...]:
    """What the citizen approved with the signature."""
    person = case.biodata
    fields = {
        "nik": person.nik,
        "name": person.name,
        "birth_place": person.birth_place,
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex.value,
        "blood_group": person.blood_group,
        "address": person.address,
        "rt_rw": person.rt_rw,
        "village": person.village,
        "district": person.district,
        "religion": person.religion,
        "marital_status": person.marital_status,
        "occupation": person.occupation,
        "citizenship": person.citizenship,
        "ground": case.ground.value,
        "ground_reason": case.ground_reason,
        "ground_approver": case.ground_approver,
        "nik_reason": case.nik_reason,
    }
    return (Part("biodata.json", JSON, _json(fields)),)


def manifest(case: Case, settings: CounterSettings, now: datetime) -> dict[str, Value]:
    """The case in one signed list: who served, when, what was recorded in which bundle and by which exception."""
    return {
        "case": case.number,
        "station": settings.station,
        "office": settings.office,
        "officer": case.officer_id,
        "ground": case.ground.value,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": now.isoformat(),
        "background": case.background.value,
        "gate": _evidence(case),
        "handovers": list(case.handovers),
        "taken_up": case.taken_up,
        "bedside": {"companion": case.companion} if case.bedside else None,
        "items": [case.items[key] for key in sorted(case.items)],
    }


def _evidence(case: Case) -> dict[str, Value]:
    evidence = case.evidence
    if evidence is None:
        raise ValueError("a case that was never cleared has no evidence")
    people: dict[str, Value] = {}
    for measurement in (evidence.officer, evidence.applicant):
        people[measurement.person.value] = {
            "median_c": measurement.median_c,
            "raw_c": list(measurement.raw_c),
            "ambient_c": measurement.ambient_c,
            "sensor_model": measurement.sensor_model,
            "sensor_serial": measurement.sensor_serial,
            "measured_at": measurement.measured_at.isoformat(),
            "measured_by": measurement.measured_by,
        }
    return {
        "temperatures": people,
        "limit_c": evidence.limit_c,
        "wiped": [
            {"device": role.value, "model": info.model, "serial": info.serial, "by": by, "at": at}
            for role, info, by, at in evidence.wipes
        ],
        "stated": [item.value for item in evidence.statements],
        "cleared_at": evidence.cleared_at,
    }


def _json(value: Mapping[str, Value]) -> bytearray:
    return bytearray(json.dumps(value, ensure_ascii=False, indent=1).encode())
