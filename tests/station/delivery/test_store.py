"""The door to the object store: credentials kept private, certificates verified, answers understood."""

import ssl
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from station.config import Config, default_text
from station.delivery.layout import BundleName, is_station, receipts_prefix
from station.delivery.store import BadCredentials, Credentials, ObjectStore, StorePlace, StoreTrouble, Trouble
from tests.helpers.s3_stand_in import BUCKET, RECEIVER, StandIn, stand_in


def credentials(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="ascii")
    path.chmod(mode)
    return path


def test_credentials_are_read_and_never_shown(tmp_path: Path) -> None:
    found = Credentials.read(credentials(tmp_path / "c", 'access_key = "AK"\nsecret_key = "hush"\n'))
    assert (found.access_key, found.secret_key) == ("AK", "hush")
    assert "hush" not in repr(found)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_credentials_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(BadCredentials, match="Others can read"):
        Credentials.read(credentials(tmp_path / "c", 'access_key = "AK"\nsecret_key = "hush"\n', mode))


@pytest.mark.parametrize("text", ["", "access_key = 1\nsecret_key = 2", 'access_key = "AK"', "no toml at all ["])
def test_credentials_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadCredentials):
        Credentials.read(credentials(tmp_path / "c", text))
    with pytest.raises(BadCredentials):
        Credentials.read(tmp_path / "nowhere")


def config(endpoint: str) -> Config:
    return Config.model_validate(tomllib.loads(default_text().replace('endpoint = ""', f'endpoint = "{endpoint}"')))


@pytest.mark.parametrize("endpoint", ["", "https://store.example.go.id", "http://127.0.0.1:8000", "https://[::1]:7480"])
def test_an_encrypted_or_a_local_endpoint_is_taken(endpoint: str) -> None:
    assert config(endpoint).delivery.endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint", ["http://store.example.go.id", "ftp://127.0.0.1", "store.example.go.id", "https://"]
)
def test_an_endpoint_in_clear_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        config(endpoint)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that no public authority signed, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "store.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls_store(certificate: Path) -> Iterator[StandIn]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with stand_in(context) as store:
        yield store


def test_a_store_with_a_certificate_that_holds_is_used(tls_store: StandIn, certificate: Path) -> None:
    place = StorePlace(f"https://127.0.0.1:{tls_store.port}", BUCKET, ca_file=str(certificate))
    door = ObjectStore(place, Credentials(RECEIVER, "secret"))
    door.put("ktpel/receipts/x/y", b"z")
    assert door.get("ktpel/receipts/x/y", 10) == b"z"
    door.close()


def test_a_store_with_a_strangers_certificate_gets_nothing(tls_store: StandIn) -> None:
    door = ObjectStore(StorePlace(f"https://127.0.0.1:{tls_store.port}", BUCKET), Credentials(RECEIVER, "secret"))
    with pytest.raises(StoreTrouble) as caught:
        door.put("ktpel/receipts/x/y", b"z")
    assert caught.value.trouble is Trouble.CERTIFICATE
    assert (tls_store.objects, tls_store.requests) == ({}, [])
    door.close()


def test_long_lists_come_whole_and_in_order() -> None:
    with stand_in() as store:
        door = store.store(RECEIVER)
        for number in range(13):
            store.objects[f"ktpel/s/{number:03}"] = [b"x"]
        store.objects["ktpel/t/000"] = [b"x"]
        assert [one.key for one in door.names("ktpel/s/")] == [f"ktpel/s/{n:03}" for n in range(13)]
        assert [one.key for one in door.names("ktpel/s/", "ktpel/s/009")] == [f"ktpel/s/{n:03}" for n in (10, 11, 12)]
        assert list(door.folders("ktpel/")) == ["s", "t"]
        door.close()


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "receipts", "a" * 33, "-x", "a\n"])
def test_a_stations_name_cannot_leave_its_place(name: str) -> None:
    assert not is_station(name)
    with pytest.raises(ValueError, match="station"):
        receipts_prefix(name)


def test_a_bundles_name_has_one_spelling() -> None:
    name = BundleName("samarinda-1", 7, bytes(range(32)))
    assert BundleName.of_file("samarinda-1", name.file_name) == name
    for other in (name.file_name.upper(), "0" + name.file_name, name.file_name + ".part", "7-00.ktpb"):
        assert BundleName.of_file("samarinda-1", other) is None
