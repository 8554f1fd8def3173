"""docs/devices.md says of kinds, speeds and faults what the product says.

After a change of the sentences: `python -m tests.station.diagnostics.test_devices_page` prints the table to put there.
"""

import re
import sys
from pathlib import Path

import pytest

from drivers.api import Absence, DeviceStatus, Disconnected, Fault, Faulted, Role
from drivers.discovery import USB_ADAPTERS
from drivers.factory import KINDS
from station.diagnostics.sentences import DEVICE_NAMES, cures, device_sentence
from station.text import Language, Message, Text

PAGE = Path(__file__).parents[3] / "docs" / "devices.md"
ENGLISH, INDONESIAN = Text(Language.ENGLISH), Text(Language.INDONESIAN)


def fault_table() -> str:
    """A row for each trouble: what it is called in logs, the sentence in both languages, the cures in their order."""
    rows = ["| in logs | on the screen | what to try, in this order |", "|---|---|---|"]
    troubles: list[tuple[str, DeviceStatus]] = [(why.value, Disconnected("", why)) for why in Absence]
    troubles += [(fault.value, Faulted("", fault)) for fault in Fault]
    for name, status in troubles:
        sentence, _ = device_sentence(status, Role.FINGERPRINT)
        said = f"{_of_any(ENGLISH, sentence)} / *{_of_any(INDONESIAN, sentence)}*"
        rows.append(f"| {name} | {said} | {' '.join(ENGLISH(cure) for cure in cures(status))} |")
    return "\n".join(rows)


def _of_any(say: Text, sentence: Message) -> str:
    """The sentence with an ellipsis in place of the device's name."""
    return say(sentence).replace(say(DEVICE_NAMES[Role.FINGERPRINT]), "…", 1)


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_table_of_faults_is_what_the_screen_says() -> None:
    assert fault_table() in page(), f"put this table into docs/devices.md:\n{fault_table()}"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_row_under_its_role(kind: str) -> None:
    row = next(line for line in page().splitlines() if f"`{kind}`" in line)
    assert f"| {KINDS[kind].value} |" in row


def test_each_adapter_is_named() -> None:
    words = page().replace(",", " ")
    for label, _roles in USB_ADAPTERS.values():
        assert label.split()[-1] in words, label


def test_the_commands_and_files_it_names_exist() -> None:
    from typer.main import get_command

    from station.cli import app

    top = get_command(app)
    commands = getattr(top, "commands", {})
    for line in set(re.findall(r"`ktpel ([a-z]+)(?: ([a-z]+))?", page())):
        assert line[0] in commands, line
        below = getattr(commands[line[0]], "commands", None)
        assert below is None or line[1] in below, line
    for name in re.findall(r"`((?:drivers|protocols|hw_sim|tests|deploy|station)/[\w/.-]+)`", page()):
        assert (PAGE.parents[1] / name).exists(), name


if __name__ == "__main__":
    sys.stdout.write(fault_table() + "\n")
