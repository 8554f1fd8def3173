"""Nothing captured can be found on the disk after sealing: not in bundles, metadata, database, log or left-overs."""

from pathlib import Path

from station.safekeeping.vault import Part, Sealed
from tests.helpers.sealing import MARKER, FailingDisk, PowerCut, TrialStation, finger

NAME, NIK = b"SITI RAHMAWATI", b"6471014107990001"
SECRETS = (MARKER, NAME, NIK)


def found(folder: Path) -> list[str]:
    """Every file under `folder` in which one of the secrets stands, forwards or as UTF-16."""
    hits = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in SECRETS:
                if secret in data or secret.decode().encode("utf-16-le") in data:
                    hits.append(path.name)
    return hits


def seal_a_case(station: TrialStation, disk: FailingDisk) -> None:
    vault = station.unlock(disk)
    case = vault.begin_case("BPN-0001")
    for number in range(1, 4):
        vault.seal_segment(case, f"finger {number}", finger(number, 20_000), False)
    biodata = [Part("biodata.txt", "text/plain", NAME + b" " + NIK)]
    vault.close_case(case, {"name": NAME.decode(), "nik": NIK.decode()}, biodata, False)
    vault.close()


def test_nothing_is_found_after_sealing(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    seal_a_case(station, FailingDisk())
    assert len(list(station.bundles.glob("*.ktpb"))) == 4
    assert found(tmp_path) == []


def test_nothing_is_found_in_what_a_killed_seal_leaves(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    vault = station.unlock(disk := FailingDisk())
    case = vault.begin_case("BPN-0001")
    disk.arm(6)
    try:
        vault.seal_segment(case, "finger 1", finger(1, 20_000), False)
        raise AssertionError("the plug was not pulled")
    except PowerCut:
        vault._open.close()
    assert list(station.bundles.glob("*.part"))
    assert found(tmp_path) == []


def test_control_the_marker_is_found_when_it_is_written_plainly(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    seal_a_case(station, FailingDisk())
    (station.bundles / "careless.bin").write_bytes(b"x" * 5000 + bytes(finger(1)[0].data))
    (station.folder / "careless.log").write_bytes(NAME)
    assert sorted(found(tmp_path)) == ["careless.bin", "careless.log"]


def test_a_name_or_nik_does_not_show_when_a_part_or_secret_is_printed(tmp_path: Path) -> None:
    station = TrialStation(tmp_path)
    station.provision()
    part = Part("biodata.txt", "text/plain", NAME)
    vault = station.unlock()
    case = vault.begin_case("BPN-0001")
    shown = f"{part!r} {case!r} {station.secret()!r}"
    assert "SITI" not in shown
    assert case.salt.hex() not in shown
    assert isinstance(vault.seal_segment(case, "note", [part], False), Sealed)
    vault.close()
