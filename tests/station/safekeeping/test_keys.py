"""Private keys lie encrypted under their passphrase and open for nothing else."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from station.safekeeping import cbor
from station.safekeeping.disk import SystemDisk
from station.safekeeping.keys import Cost, KeyFileBad, WrongPassphrase, lock, unlock
from tests.helpers.sealing import CHEAP

SECRET = b"SECRET-SCALAR-AND-SEED" * 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    lock(tmp_path / "a.key", "station", {"signing": SECRET}, "a passphrase", SystemDisk(), os.urandom, CHEAP)
    return tmp_path / "a.key"


def test_a_secret_opens_with_its_passphrase_and_purpose(path: Path) -> None:
    assert unlock(path, "station", "a passphrase") == {"signing": SECRET}


def test_the_file_is_private_and_holds_nothing_in_plain(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert SECRET[:22] not in path.read_bytes()
    assert b"a passphrase" not in path.read_bytes()


def test_a_wrong_passphrase_or_purpose_opens_nothing(path: Path) -> None:
    with pytest.raises(WrongPassphrase):
        unlock(path, "station", "a passphrasf")
    with pytest.raises(KeyFileBad):
        unlock(path, "root", "a passphrase")


def test_a_file_that_others_can_read_is_refused(path: Path) -> None:
    path.chmod(0o640)
    with pytest.raises(KeyFileBad):
        unlock(path, "station", "a passphrase")


def test_every_altered_byte_is_refused(path: Path) -> None:
    good = path.read_bytes()
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises((WrongPassphrase, KeyFileBad)):
            unlock(path, "station", "a passphrase")


def test_a_cost_that_would_eat_the_machine_is_refused_before_it_is_paid(path: Path) -> None:
    fields = dict(cbor_map(path))
    fields["argon2id"] = [1 << 30, 3, 4, bytes(16)]
    path.write_bytes(cbor.encode(fields))
    with pytest.raises(KeyFileBad):
        unlock(path, "station", "a passphrase")


def cbor_map(path: Path) -> dict[str, cbor.Value]:
    value = cbor.decode(path.read_bytes())
    assert isinstance(value, dict)
    return value


def test_a_key_file_is_never_replaced(path: Path) -> None:
    with pytest.raises(FileExistsError):
        lock(path, "station", b"other", "a passphrase", SystemDisk(), os.urandom, CHEAP)
    assert unlock(path, "station", "a passphrase") == {"signing": SECRET}


def test_the_default_cost_is_the_one_that_was_decided() -> None:
    assert Cost() == Cost(memory_kib=65_536, passes=3, lanes=4)


def test_argon2id_follows_the_vector_of_rfc_9106() -> None:
    tag = Argon2id(
        salt=b"\2" * 16, length=32, iterations=3, lanes=4, memory_cost=32, ad=b"\4" * 12, secret=b"\3" * 8
    ).derive(b"\1" * 32)
    assert tag.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
