"""A recording from the first button to what the authority opens: whole, readable, and nowhere in clear before."""

import json
from functools import partial
from pathlib import Path

import pytest

from drivers.api import PadSize
from hw_sim import scene
from station.biometrics.formats import fac, fir, sdi
from station.biometrics.model import CAPTURE_ORDER, CHIP_FINGERS
from station.capture.facts import Step
from station.receiver import open_bundles, verify
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.keys import KeyFileBad, unlock
from station.safekeeping.recovery import STATION_KEY, open_secret
from tests.helpers.counter import CAPTURES, DEVICES, DRAFT, PIN, by_hand, is_named, on_bench, unplug
from tests.helpers.sealing import PASSPHRASE, TrialStation
from tests.hw_sim.benches import bench

PNG = b"\x89PNG\r\n\x1a\n"
SECRETS = (DRAFT.nik.encode(), DRAFT.name.encode(), DRAFT.name.upper().encode(), PNG, PIN.encode())
KEYS = sorted(
    [
        "gate",
        "photo",
        "signature",
        *(f"finger-{position.value:02d}" for position in CAPTURE_ORDER),
        *(f"confirmation-{position.value:02d}" for position in CHIP_FINGERS),
    ]
)


def found(folder: Path) -> set[bytes]:
    """Which of the secrets stand in clear in a file below the folder, or in a file's name."""
    everything = [path.read_bytes() + path.name.encode() for path in folder.rglob("*") if path.is_file()]
    return {secret for secret in SECRETS if any(secret in data for data in everything)}


def opened(station: TrialStation, out: Path) -> Path:
    report = open_bundles(station.bundles, station.keyring(), station.secret(), out, training_ok=True)
    assert report.complete
    (case,) = report.cases
    assert case.folder is not None
    return case.folder


def check_opened(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert sorted(item["item"] for item in manifest["case"]["items"]) == KEYS
    assert len(list(folder.rglob("*.fir"))) == 12
    for path in folder.rglob("*.fir"):
        (finger,) = fir.decode(path.read_bytes()).representations
        assert f"{finger.position:02d}" in path.name
    (photo,) = folder.rglob("*.fac")
    assert len(fac.decode(photo.read_bytes()).photos) == 1
    (ink,) = folder.rglob("*.sdi")
    assert len(sdi.decode(ink.read_bytes()).points) > 50
    assert json.loads(next(folder.rglob("biodata.json")).read_text())["nik"] == DRAFT.nik


def test_a_recording_goes_through_every_step_once(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.DONE)
        assert counter.seen == [
            Step.LOGIN,
            Step.SHIFT,
            Step.HOME,
            Step.BIODATA,
            Step.CHECKLIST,
            Step.PHOTO,
            Step.PHOTO_APPROVAL,
            Step.FINGERS,
            Step.CONFIRMATION,
            Step.SIGNATURE,
            Step.REVIEW,
            Step.SEALING,
            Step.DONE,
        ]
        counter.until(lambda: counter.facts.sealed_today == 1)
        done = counter.case.done
        assert done is not None
        assert done.bundles == len(KEYS) + 1 == len(list(counter.station.bundles.glob("*.ktpb")))
        assert {"photo_taken", "photo_approved", "finger_taken", "finger_accepted", "finger_confirmed",
                "signature_accepted", "item_confirmed", "gate_opened"} <= set(counter.logged())  # fmt: skip
        report = counter.ask_vault(lambda vault: vault.verify_audit())
        assert report.whole


def test_with_real_drivers_and_every_cable_pulled_once_it_opens_whole_at_the_authority_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene, "LIFTED_S", 0.05)
    names = [name for name, _kind in DEVICES.values()]
    with bench(*names, links=tmp_path / "links") as running, on_bench(tmp_path, running) as (counter, _judge):
        for role, step in CAPTURES:
            counter.play(step)
            unplug(running, role)
            counter.until(partial(is_named, counter, role))
            assert counter.at(step)
            unplug(running, role, out=False)
        counter.play(Step.DONE)
        assert counter.facts.training
        station = counter.station
    assert found(station.folder) == set()
    honest = verify(station.bundles, station.keyring())
    assert not honest.accepted
    report = verify(station.bundles, station.keyring(), training_ok=True)
    assert report.accepted
    assert all(bundle.training for bundle in report.bundles)
    folder = opened(station, tmp_path / "out")
    check_opened(folder)
    assert found(folder) == {DRAFT.nik.encode(), DRAFT.name.upper().encode(), PNG}


def test_the_next_applicant_is_a_case_of_its_own(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.DONE)
        first = counter.case.number
        counter.desk.finish()
        counter.script._asked.clear()
        counter.script._ink_started_s = None
        counter.play(Step.DONE)
        assert counter.case.number != first
        counter.until(lambda: counter.facts.sealed_today == 2)
        temperature = counter.facts.officer_temperature
        measured = counter.case.checklist.officer
        assert temperature is not None
        assert measured is not None
        assert dict(temperature.params)["value"] == measured.median_c
        report = open_bundles(
            counter.station.bundles,
            counter.station.keyring(),
            counter.station.secret(),
            tmp_path / "out",
            training_ok=True,
        )
        assert report.complete
        assert len(report.cases) == 2


def test_the_stations_own_keys_open_nothing(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.DONE)
        station = counter.station
    assert [path.name for path in station.folder.rglob("*.key")] == [STATION_KEY]
    with pytest.raises(KeyFileBad):
        unlock(station.folder / STATION_KEY, "recipient", PASSPHRASE)
    signing = open_secret(station.folder, PASSPHRASE).signing
    for number, seed in enumerate((signing[:32], signing[-32:])):
        out = tmp_path / f"out {number}"
        report = open_bundles(station.bundles, station.keyring(), RecipientSecret(seed), out, training_ok=True)
        assert report.cases == ()
        assert not list(out.iterdir())


def test_pad_size_is_the_pads_own_before_the_first_stroke(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (counter, _hands):
        counter.play(Step.SIGNATURE)
        counter.until(lambda: counter.case.signature.size == PadSize(133.0, 86.0, 16.0))
