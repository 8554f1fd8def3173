"""Opening: decrypt, hold the segments against the manifest, and only then give the files their names."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from station.receiver.case_file import CaseHead, CaseSummary, add_files
from station.receiver.case_records import OpenedBundle, read_records
from station.receiver.decrypting import decrypt
from station.receiver.verifying import LAST_SECOND, BundleReport, VerifyReport, verify
from station.safekeeping import cbor
from station.safekeeping.bundle import BundleRefused, Envelope, Kind, Refusal, read_envelope
from station.safekeeping.cbor import BadCbor, Fields
from station.safekeeping.contents import MANIFEST_PART, Index, PartHead
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.keyring import Keyring
from station.text import Language, Text

MANIFEST_FORMAT = "ktpel-manifest/1"
STAGING = ".opening"


class Completeness(Enum):
    """How a case stands after opening."""

    COMPLETE = "complete"
    NO_MANIFEST = "there is no manifest: the case is still open, was given up, or the manifest is missing"
    SEGMENT_MISSING = "the manifest lists a segment that is not here"
    SEGMENT_DIFFERS = "a segment is not the one that the manifest lists"
    SEGMENT_UNLISTED = "there is a segment that the manifest does not list"


@dataclass(frozen=True, slots=True, repr=False)
class OpenedCase:
    """A case: its folder when it was published, and how it stands. `number` is not secret, the contents are."""

    number: str
    state: Completeness
    folder: Path | None
    bundles: int
    summary: CaseSummary | None = None

    def __repr__(self) -> str:
        return f"OpenedCase({self.state.value}, {self.bundles} bundles)"


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What was opened. `refused` were not decrypted, or decrypted and thrown away."""

    cases: tuple[OpenedCase, ...]
    refused: tuple[BundleReport, ...]
    verified: VerifyReport

    @property
    def complete(self) -> bool:
        """Whether everything was opened, complete, and the chains hold."""
        return (
            not self.refused
            and not self.verified.chain
            and all(case.state is Completeness.COMPLETE for case in self.cases)
        )


@dataclass(frozen=True, slots=True)
class _Opened:
    envelope: Envelope
    index: Index
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.envelope.core.sequence:010d}-{self.envelope.core.kind.value}"


def open_bundles(paths: Path | Iterable[Path], keyring: Keyring, secret: RecipientSecret, out_folder: Path, *,
                 training_ok: bool = False, incomplete_ok: bool = False, pictures: bool = False,
                 language: Language = Language.ENGLISH) -> OpenReport:  # fmt: skip
    """Verify, decrypt, check and write each case to a folder of its own under `out_folder`.

    A case is published by one rename, when all its bundles are authenticated to their last byte and match the
    manifest; an incomplete case only with `incomplete_ok`. Its ANSI/NIST file and its summary (in `language`, with
    `pictures` also decoded PNGs) come with it. Raises OSError, FileExistsError for a case that is there.
    """
    verified = verify(paths, keyring, training_ok=training_ok)
    refused = [report for report in verified.bundles if not report.accepted]
    out_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = out_folder / STAGING
    staging.mkdir(mode=0o700)
    try:
        opened: list[_Opened] = []
        for number, report in enumerate(_once(verified.bundles)):
            try:
                opened.append(_open_one(report, secret, staging / str(number)))
            except BundleRefused as why:
                refused.append(BundleReport(report.path, report.envelope, why.reason))
        publisher = _Publisher(out_folder, incomplete_ok, pictures, Text(language))
        cases = [publisher.publish(case) for case in _by_case(opened)]
    finally:
        shutil.rmtree(staging)
    return OpenReport(tuple(cases), tuple(refused), verified)


def _once(reports: Sequence[BundleReport]) -> list[BundleReport]:
    """The accepted ones; a bundle that came twice counts once."""
    return list({r.envelope.sha256: r for r in reports if r.accepted and r.envelope is not None}.values())


def _open_one(report: BundleReport, secret: RecipientSecret, folder: Path) -> _Opened:
    def sink(part: PartHead) -> BinaryIO:
        target = folder / part.name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    folder.mkdir(mode=0o700)
    with report.path.open("rb") as stream:
        envelope = read_envelope(stream)
        if report.envelope is None or envelope.sha256 != report.envelope.sha256:
            raise BundleRefused(Refusal.SIGNATURE)
        return _Opened(envelope, decrypt(envelope, stream, secret, sink), folder)


def _by_case(opened: Sequence[_Opened]) -> list[list[_Opened]]:
    cases: dict[bytes, list[_Opened]] = {}
    for one in opened:
        key = one.envelope.core.id if one.index.case is None else one.index.case.commitment()
        cases.setdefault(key, []).append(one)
    return list(cases.values())


@dataclass(frozen=True, slots=True)
class _Publisher:
    out_folder: Path
    incomplete_ok: bool
    pictures: bool
    say: Text

    def publish(self, case: Sequence[_Opened]) -> OpenedCase:
        tag = case[0].index.case
        number = "" if tag is None else tag.number
        name = (case[0].envelope.core.id if tag is None else tag.case_id).hex()
        manifests = [one for one in case if one.envelope.core.kind is Kind.MANIFEST]
        state, contents = Completeness.COMPLETE, None
        if tag is not None:
            state, contents = _hold_against_manifest(case, manifests)
        if state is not Completeness.COMPLETE and not self.incomplete_ok:
            return OpenedCase(number, state, None, len(case))
        whole = case[0].folder.parent / f"case-{name}"
        whole.mkdir(mode=0o700)
        for one in case:
            one.folder.rename(whole / one.name)
        text = json.dumps(_describe(case, number, state, contents), indent=2, ensure_ascii=False)
        (whole / "manifest.json").write_text(text + "\n", encoding="utf-8")
        (whole / "manifest.json").chmod(0o600)
        summary = None if tag is None else self._summarize(whole, case, number, contents)
        target = self.out_folder / name
        if target.exists():
            raise FileExistsError(target)
        whole.rename(target)
        return OpenedCase(number, state, target, len(case), summary)

    def _summarize(self, whole: Path, case: Sequence[_Opened], number: str, contents: cbor.Value) -> CaseSummary:
        bundles = [
            OpenedBundle(
                one.envelope.core.id.hex(),
                one.name,
                datetime.fromtimestamp(min(one.envelope.core.created.unix_ms // 1000, LAST_SECOND), UTC),
                tuple((part.name, part.media_type) for part in one.index.parts),
            )
            for one in sorted(case, key=lambda one: one.envelope.core.sequence)
        ]
        head = CaseHead(number, case[0].envelope.core.station, bundles[-1].sealed_at)
        return add_files(whole, read_records(whole, bundles, _counting(contents)), head, self.say, self.pictures)


def _counting(contents: cbor.Value) -> dict[str, str]:
    """Which bundle counts for each item, as the manifest lists them."""
    items = contents.get("items") if isinstance(contents, Mapping) else None
    listed = items if isinstance(items, list | tuple) else ()
    return {
        str(item["item"]): str(item["bundle"])
        for item in listed
        if isinstance(item, Mapping) and {"item", "bundle"} <= item.keys()
    }


def _hold_against_manifest(case: Sequence[_Opened], manifests: Sequence[_Opened]) -> tuple[Completeness, cbor.Value]:
    """How the segments compare with the list, and what the station said about the case."""
    if len(manifests) != 1:
        return (Completeness.NO_MANIFEST if not manifests else Completeness.SEGMENT_DIFFERS), None
    try:
        listed, contents = read_manifest((manifests[0].folder / MANIFEST_PART).read_bytes())
    except (BadCbor, FileNotFoundError):
        return Completeness.SEGMENT_DIFFERS, None
    here = {
        one.envelope.core.id: (one.envelope.core.sequence, one.envelope.sha256, one.index.label)
        for one in case
        if one.envelope.core.kind is Kind.SEGMENT
    }
    if listed.keys() - here.keys():
        return Completeness.SEGMENT_MISSING, contents
    if here.keys() - listed.keys():
        return Completeness.SEGMENT_UNLISTED, contents
    return (Completeness.COMPLETE if listed == here else Completeness.SEGMENT_DIFFERS), contents


def read_manifest(data: bytes) -> tuple[dict[bytes, tuple[int, bytes, str]], cbor.Value]:
    """The segments it lists (sequence, SHA-256, label by id) and the case's own contents. Raises BadCbor."""
    fields = Fields(cbor.decode(data))
    if fields.text("format") != MANIFEST_FORMAT:
        raise BadCbor("another format")
    listed = {}
    for entry in fields.items("segments"):
        segment, sequence, digest, label = cbor.items(entry, "segment", 4)
        key = cbor.octets(segment, "id", 16)
        listed[key] = cbor.number(sequence, "sequence"), cbor.octets(digest, "sha256", 32), cbor.text(label, "label")
    contents = fields.value("case")
    fields.done()
    return listed, contents


def _describe(case: Sequence[_Opened], number: str, state: Completeness, contents: cbor.Value) -> Mapping[str, object]:
    return {
        "number": number,
        "state": state.name.lower(),
        "training": any(one.envelope.core.training for one in case),
        "station": case[0].envelope.core.station,
        "bundles": [
            {
                "sequence": one.envelope.core.sequence,
                "kind": one.envelope.core.kind.value,
                "sha256": one.envelope.sha256.hex(),
                "label": one.index.label,
                "parts": [
                    {"name": part.name, "media_type": part.media_type, "sha256": part.sha256.hex()}
                    for part in one.index.parts
                ],
            }
            for one in case
        ],
        "case": _jsonable(contents),
    }


def _jsonable(value: cbor.Value) -> object:
    match value:
        case bytes():
            return value.hex()
        case Mapping():
            return {name: _jsonable(item) for name, item in value.items()}
        case list() | tuple():
            return [_jsonable(item) for item in value]
        case _:
            return value
