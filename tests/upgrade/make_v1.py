"""How v1.tar.gz was made, once: run it only for a new version, never over a frozen file.

A station's data folder and its trial authority: keys under a test passphrase, keyring, officers, audit log, a spool
with a case that is receipted, one that waits, and one that a power cut left open.
"""

import io
import tarfile
import tempfile
from pathlib import Path

from station.registry.model import OfficerCard, RoleOfOfficer
from station.registry.officers import Officers, PinCost
from station.safekeeping.vault import Outcome
from tests.helpers.delivering import Delivering, seal_case
from tests.helpers.sealing import finger

FROZEN = Path(__file__).with_name("v1.tar.gz")
NIK = "6472035708090001"
RECEIPTED, WAITING, OPEN = "BPN-0001", "BPN-0002", "BPN-0003"
OFFICERS = (("hasan", "739206", RoleOfOfficer.SUPERVISOR), ("wulan", "482915", RoleOfOfficer.OFFICER))


def make(root: Path) -> None:
    """Lay it all down below `root`."""
    made = Delivering(root)
    officers = Officers(made.station.folder / "officers.json", made.clock, PinCost(memory_kib=64, passes=1, lanes=1))
    for officer_id, pin, role in OFFICERS:
        officers.add(OfficerCard(officer_id, officer_id.capitalize(), role), pin, "hasan")
    receipted = [one.sequence for one in seal_case(made.vault, RECEIPTED, 2_000)]
    for parcel in made.outbox.to_send():
        made.outbox.sending(parcel)
        made.outbox.sent(parcel)
    for sequence in receipted:
        made.outbox.take(made.signed(sequence))
    seal_case(made.vault, WAITING, 2_000)
    case = made.vault.begin_case(OPEN, NIK)
    made.vault.seal_segment(case, "finger-01", finger(1), False, Outcome(62, 1, None, None))
    made.vault.close()


def packed(root: Path) -> bytes:
    """The folder as one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path in sorted(root.iterdir()):
            archive.add(path, path.name)
    return out.getvalue()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        with FROZEN.open("xb") as file:
            file.write(packed(Path(folder)))
