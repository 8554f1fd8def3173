"""Tries delivery whole on one machine, against a real RADOS Gateway: seal, deliver, receive, receipts, removal.

`python deploy/try_delivery.py` starts Ceph, walks through every step by the commands an office would type, prints each,
and removes everything at the end. It needs Ceph's programs; `--folder` keeps the files.
"""

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from deploy.try_ceph import BUCKET, Account, CephFailed, TryCeph, make_bucket, missing_programs, running_node  # noqa: E402
from station.clock import SystemClock  # noqa: E402 - the folder above must be found first
from station.safekeeping.provision import provision  # noqa: E402
from station.safekeeping.vault import Part, Sealed, Vault  # noqa: E402

STATION = "samarinda-1"
PASSPHRASE = "only for this trial"
KTPEL = Path(sys.executable).parent / "ktpel"
console = Console(highlight=False, soft_wrap=True)


def main() -> int:
    """Every step in turn; 1 when one did not do what it should."""
    parser = argparse.ArgumentParser(prog="try_delivery", description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep the files here")
    parser.add_argument("--cases", type=int, default=3, help="how many cases are sealed")
    arguments = parser.parse_args()
    if missing := missing_programs():
        console.print("Install Ceph first:", " ".join(missing))
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _folder(arguments.folder) as work:
            console.print("1. A store: Ceph with a RADOS Gateway, on this machine alone")
            with running_node() as node:
                _walk(work, node, arguments.cases)
    except (CephFailed, Unexpected) as why:
        console.print(f"It did not work: {why}", style="red")
        return 1
    except KeyboardInterrupt:
        return 130
    console.print("Everything held. Ceph is stopped and removed.", style="green")
    return 0


class Unexpected(Exception):
    """A step did something else than it should."""


def _walk(work: Path, node: TryCeph, cases: int) -> None:
    accounts = {name: node.account(name) for name in ("owner", STATION, "receiver")}
    make_bucket(node.endpoint, accounts["owner"], {STATION: accounts[STATION]}, [accounts["receiver"]])
    console.print(f"   {node.endpoint}, bucket {BUCKET}: versioned, locked; the station may only put its own bundles")
    console.print(f"2. A station {STATION}, a trial authority, and {cases} sealed cases of made-up bytes")
    sealed = _seal(work, cases)
    settings = _settings(work, node.endpoint, accounts[STATION])
    deliver: list[str | Path]
    receive: list[str | Path]
    deliver = ["deliver", "--config", settings, "--data", work / "station", "--passphrase-file", work / "passphrase"]
    credentials = accounts["receiver"].write(work / "receiver.toml")
    receive = ["receive", "--authority", work / "authority", "--store", work / "store", "--open", work / "opened",
               "--endpoint", node.endpoint, "--credentials", credentials]  # fmt: skip
    console.print("3. The store goes away: offline is no failure")
    node.kill("rgw")
    _expect(_ktpel(*deliver), "offline", trouble="offline", waiting=sealed)
    node.launch("rgw")
    node.wait()
    console.print("4. The store is back: bundles go up")
    _expect(_ktpel(*deliver), "sent", trouble=None, waiting=0, unanswered=sealed)
    console.print("5. The authority reads them again, verifies, keeps, signs receipts, opens the cases")
    _expect(_ktpel(*receive), "taken", taken=sealed, receipts=sealed)
    console.print("6. Once more: nothing is taken twice")
    _expect(_ktpel(*receive), "again", taken=0, here_already=sealed, receipts=0)
    console.print("7. Receipts come back; what is receipted and old enough (0 days here) is removed, but the newest")
    done = _expect(_ktpel(*deliver), "receipts", unanswered=0)
    if len(_list(done, "receipted")) != sealed or len(_list(done, "removed")) != sealed - 1:
        raise Unexpected(f"receipts and removals: {done}")
    console.print("8. What the authority has")
    opened = len(list((work / "opened").glob("*/case.an2")))
    console.print(f"   {sealed} bundles below {work / 'store'}, {opened} cases below {work / 'opened'}")


def _seal(work: Path, cases: int) -> int:
    """Provision, then seal cases; returns how many bundles that made."""
    passphrase = work / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE, encoding="ascii")
    clock, sealed = SystemClock(), 0
    provision(work / "station", work / "authority", STATION, PASSPHRASE, clock)
    vault = Vault.unlock(work / "station", PASSPHRASE, clock)
    for number in range(1, cases + 1):
        case = vault.begin_case(f"TRIAL-{number:04d}")
        made = [
            vault.seal_segment(case, f"part {part}", [Part(f"part-{part}.bin", "application/octet-stream",
                                                           bytearray(300_000))], training=False)
            for part in (1, 2, 3)
        ]  # fmt: skip
        made.append(vault.close_case(case, {}, [], training=False))
        sealed += sum(isinstance(one, Sealed) for one in made)
    vault.close()
    return sealed


def _settings(work: Path, endpoint: str, account: Account) -> Path:
    text = subprocess.run([KTPEL, "config", "default"], check=True, capture_output=True, text=True).stdout
    credentials = account.write(work / "station-credentials.toml")
    head, _, table = text.partition("[delivery]")
    table = table.replace('endpoint = ""', f'endpoint = "{endpoint}"').replace("keep_days = 30", "keep_days = 0")
    table = table.replace('credentials_file = ""', f'credentials_file = "{credentials}"')
    path = work / "station.toml"
    path.write_text(f"{head}[delivery]{table}", encoding="utf-8")
    return path


def _ktpel(*arguments: str | Path) -> dict[str, object]:
    done = subprocess.run([KTPEL, *arguments, "--json"], capture_output=True, text=True, check=False)
    for line in done.stderr.splitlines():
        console.print(f"   {line}", markup=False)
    if done.returncode != 0:
        raise Unexpected(f"{arguments[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
    value: dict[str, object] = json.loads(done.stdout)
    return value


def _expect(value: dict[str, object], step: str, **wanted: object) -> dict[str, object]:
    wrong = {key: value.get(key) for key, want in wanted.items() if value.get(key) != want}
    if wrong:
        raise Unexpected(f"{step}: {wrong} instead of {wanted}")
    return value


def _list(value: dict[str, object], key: str) -> list[object]:
    found = value.get(key)
    return found if isinstance(found, list) else []


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="ktpel-delivery-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
