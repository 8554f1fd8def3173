"""Running `ktpel` in this process, as a person and as a program read it."""

import json
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from station.cli import app
from station.clock import SystemClock
from station.safekeeping.provision import provision
from station.safekeeping.vault import Part, Sealed, Vault
from tests.helpers.sealing import CHEAP, PASSPHRASE, finger

ENGLISH: dict[str, str | None] = {"LC_ALL": "C", "COLUMNS": "400", "KTPEL_PASSPHRASE_FILE": None}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said: `out` is standard output, `said` both streams."""

    code: int
    out: str
    said: str

    def json(self) -> dict[str, object]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


def ktpel(*arguments: str | Path, typed: str | None = None) -> Ran:
    """Run a command; whatever it raises but an exit is a bug and fails the test."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], input=typed, env=ENGLISH)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    return Ran(result.exit_code, result.stdout, result.output)


def refused(*arguments: str | Path, typed: str | None = None) -> str:
    """The sentence of a command that must refuse, the same to people and in JSON, with code 1."""
    plain = ktpel(*arguments, typed=typed)
    told = ktpel(*arguments, "--json", typed=typed)
    assert (plain.code, told.code) == (1, 1), plain.said
    assert told.json()["ok"] is False
    problem = str(told.json()["problem"])
    assert problem in plain.said
    assert problem[-1] in ".!", problem
    return problem


class RealTimeStation:
    """A trial station under the machine's own clock, which is the one that commands read."""

    def __init__(self, root: Path, name: str = "balikpapan-1") -> None:
        self.root, self.folder, self.authority = root, root / name, root / "authority"
        self.bundles = self.folder / "spool" / "bundles"
        self.passphrase = root / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
        provision(self.folder, self.authority, name, PASSPHRASE, SystemClock(), cost=CHEAP)

    def unlock(self) -> Vault:
        return Vault.unlock(self.folder, PASSPHRASE, SystemClock())

    def record(
        self, number: str = "BPN-0001", parts: list[Part] | None = None, *, training: bool = False
    ) -> list[Path]:
        """Seal a case of one segment and a manifest; its bundles' paths."""
        vault = self.unlock()
        case = vault.begin_case(number)
        sealed = [
            vault.seal_segment(case, "finger-01", parts or finger(1), training),
            vault.close_case(case, {}, [], training),
        ]
        vault.close()
        return [one.path for one in sealed if isinstance(one, Sealed)]
