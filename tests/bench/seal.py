"""What sealing costs in time and memory, beside age, AES-GCM and a bare write: `python -m tests.bench.seal`."""

import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from station.receiver.decrypting import decrypt
from station.safekeeping.bundle import (
    BundleRefused,
    Checkpoint,
    Core,
    Instant,
    Kind,
    padme,
    read_envelope,
    write_bundle,
)
from station.safekeeping.contents import Part, PartHead, index_of
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.signing import SigningKey
from station.safekeeping.vault import Sealed
from tests.bench.figure import Figure, main
from tests.helpers import hostile
from tests.helpers.sealing import TrialStation

MB = 1_000_000
PAYLOAD_MB, LARGE_MB = 8, 50
FINGER_BYTES, SEALS = 60_000, 200
REFUSE_MS, FLAT_MB = 50.0, 4.0
SIGNER = SigningKey(bytes(range(64)))
SECRETS = (RecipientSecret(bytes(32)), RecipientSecret(bytes([1]) * 32))


class Nowhere(io.RawIOBase):
    """Takes everything, keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        assert isinstance(data, bytes | bytearray | memoryview)
        return len(data)


def seal(data: bytes, write: Callable[[bytes], object]) -> None:
    """One bundle for two recipients, as a station seals it."""
    part = Part("finger/02.fir", "application/octet-stream", data)
    content = [index_of(None, "bench", [part]).encode(), data]
    core = Core(bytes(16), Kind.DIAGNOSTIC, "s", SIGNER.public.key_id, 1, bytes(32), None, 1, Instant(0, "", 0),
                Checkpoint(0, bytes(32)), padme(sum(map(len, content))), False)  # fmt: skip
    write_bundle(core, content, [secret.public for secret in SECRETS], SIGNER, write, os.urandom)


def verify(path: Path) -> None:
    with path.open("rb") as stream:
        read_envelope(stream).check_signed_by(SIGNER.public)


def open_(path: Path) -> None:
    """Verify, decrypt to the end, check every hash, as the authority does."""

    def sink(_: PartHead) -> io.BufferedWriter:
        return io.BufferedWriter(Nowhere())

    with path.open("rb") as stream:
        envelope = read_envelope(stream)
        envelope.check_signed_by(SIGNER.public)
        decrypt(envelope, stream, SECRETS[0], sink)


def rate(work: Callable[[], object], size_mb: float, rounds: int = 7) -> float:
    """MB/s, the median of some rounds."""
    took = []
    for _ in range(rounds):
        start_s = time.perf_counter()
        work()
        took.append(time.perf_counter() - start_s)
    return size_mb / statistics.median(took)


def throughput(folder: Path) -> Iterator[Figure]:
    data = os.urandom(PAYLOAD_MB * MB)
    path = folder / "bench.ktpb"

    def seal_to_file() -> None:
        with path.open("wb") as file:
            seal(data, file.write)

    sealing = rate(seal_to_file, PAYLOAD_MB)
    opening = rate(lambda: open_(path), PAYLOAD_MB)
    age = pyrage.x25519.Identity.generate()
    to = age.to_public()
    aged = pyrage.encrypt(data, [to])
    aead, nonce = AESGCM(os.urandom(32)), bytes(12)
    plain = aead.encrypt(nonce, data, None)
    yield Figure("seal", sealing, "MB/s", "age (pyrage), encrypt only", rate(lambda: pyrage.encrypt(data, [to]), 8))
    yield Figure("seal", sealing, "MB/s", "AES-256-GCM alone", rate(lambda: aead.encrypt(nonce, data, None), 8))
    yield Figure("open", opening, "MB/s", "age (pyrage), decrypt only", rate(lambda: pyrage.decrypt(aged, [age]), 8))
    yield Figure("open", opening, "MB/s", "AES-256-GCM alone", rate(lambda: aead.decrypt(nonce, plain, None), 8))


def green_tick(folder: Path) -> Iterator[Figure]:
    """From "accept" to durable: a finger of 60 kB, beside writing, fsyncing and naming the same bytes alone."""
    station = TrialStation(folder)
    station.provision()
    vault = station.unlock()
    case = vault.begin_case("BENCH-1")
    parts = [Part("finger/02.fir", "application/x-iso-19794-4", os.urandom(FINGER_BYTES))]
    ours, bare = [], []
    for number in range(SEALS):
        start_s = time.perf_counter()
        sealed = vault.seal_segment(case, "finger-02", parts, False)
        ours.append(1000 * (time.perf_counter() - start_s))
        assert isinstance(sealed, Sealed)
        whole = sealed.path.read_bytes()
        start_s = time.perf_counter()
        _bare(folder / f"bare-{number}", whole)
        bare.append(1000 * (time.perf_counter() - start_s))
    vault.close()
    for name, percent in (("p50", 50), ("p99", 99)):
        mine, theirs = (statistics.quantiles(each, n=100)[percent - 1] for each in (ours, bare))
        yield Figure(f"accept to green tick, {name}", mine, "ms", "write, fsync, rename, fsync folder alone", theirs)


def _bare(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(descriptor, data)
    os.fsync(descriptor)
    os.close(descriptor)
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def peak_mb(work: Callable[[], object]) -> float:
    """How much more memory the work took at its worst than before it, by the process's resident set."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status_mb("VmRSS")
    work()
    return max(_status_mb("VmHWM") - before, 0.0)


def _status_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1000


def memory(folder: Path) -> Iterator[Figure]:
    """Peak over 50 MB of payload; the payload itself is held by the caller and not counted."""
    path, data = folder / "large.ktpb", os.urandom(LARGE_MB * MB)

    def seal_to_file() -> None:
        with path.open("wb") as file:
            seal(data, file.write)

    seal(bytes(1), Nowhere().write)
    for name, work in (("seal", seal_to_file), ("verify", lambda: verify(path)), ("open", lambda: open_(path))):
        yield Figure(f"peak memory to {name} {LARGE_MB} MB", peak_mb(work), "MB", "flat, limit", FLAT_MB)


def refusing() -> Iterator[Figure]:
    """The slowest of all hostile headers."""
    slowest_ms, slowest_mb = 0.0, 0.0
    for data, _ in hostile.cases().values():
        refuse = partial(_refuse, data)
        slowest_ms = max(slowest_ms, min(1000 / rate(refuse, 1, rounds=1) for _ in range(5)))
        slowest_mb = max(slowest_mb, peak_mb(refuse))
    yield Figure("refuse the slowest hostile header", slowest_ms, "ms", "limit", REFUSE_MS)
    yield Figure("refuse the largest hostile header", slowest_mb, "MB", "limit", 64.0)


def _refuse(data: bytes) -> None:
    try:
        read_envelope(io.BytesIO(data))
    except BundleRefused:
        return
    raise AssertionError("a hostile header was accepted")


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        yield from throughput(Path(folder))
        yield from green_tick(Path(folder))
        yield from memory(Path(folder))
    yield from refusing()


if __name__ == "__main__":
    main(figures)
