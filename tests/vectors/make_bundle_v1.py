"""How bundle-v1.ktpb was made, once: run it only for a new version, never over a frozen file."""

import io
import json
from pathlib import Path

from station.safekeeping.bundle import Checkpoint, Core, Instant, Kind, padme, write_bundle
from station.safekeeping.contents import CaseTag, Part, index_of
from station.safekeeping.hpke_keys import RecipientSecret
from station.safekeeping.signing import SigningKey

HERE = Path(__file__).parent
SEEDS = (bytes(range(32)), bytes(range(32, 64)))
SIGNING = bytes(range(64, 128))


def make() -> bytes:
    """A segment of two parts, over one Cobblestone chunk long, for two recipients."""
    signer = SigningKey(SIGNING)
    tag = CaseTag(b"case-id-16-bytes", "TRIAL-0001", b"salt" * 8)
    parts = [
        Part("finger/02.fir", "application/x-iso-19794-4", bytes(range(256)) * 70),
        Part("note.txt", "text/plain", b"frozen"),
    ]
    content = [index_of(tag, "right index, quality 78", parts).encode(), *(part.data for part in parts)]
    core = Core(
        id=b"bundle-id-16-byt",
        kind=Kind.SEGMENT,
        station="balikpapan-1",
        key_id=signer.public.key_id,
        sequence=2,
        previous=bytes(range(32)),
        case_commitment=tag.commitment(),
        keyring_version=7,
        created=Instant(1_795_482_000_000, "00000000-0000-4000-8000-000000000001", 1_000_000),
        checkpoint=Checkpoint(5, bytes(range(100, 132))),
        padded_length=padme(sum(map(len, content))),
        training=True,
    )
    out = io.BytesIO()
    recipients = [RecipientSecret(seed).public for seed in SEEDS]
    write_bundle(core, content, recipients, signer, out.write, lambda n: b"\x2a" * n)
    return out.getvalue()


if __name__ == "__main__":
    signer = SigningKey(SIGNING)
    facts = {
        "recipient_seeds": [seed.hex() for seed in SEEDS],
        "station_secret": SIGNING.hex(),
        "p256": signer.public.p256.hex(),
        "mldsa65": signer.public.mldsa.hex(),
    }
    with (HERE / "bundle-v1.ktpb").open("xb") as file:
        file.write(make())
    (HERE / "bundle-v1.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="ascii")
