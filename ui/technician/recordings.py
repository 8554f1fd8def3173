"""Saved recordings of the lines: a folder of trace files, as `ktpel trace` writes and shows them."""

from collections.abc import Sequence
from pathlib import Path

from drivers.api import Role
from protocols.dialogue import lines as lines_of
from protocols.recording import BadRecording, Recording, decode, encode
from station.text import Message, msg
from ui.presenters.technician_facts import Line
from ui.technician.ears import line

ENDING = ".jsonl"
MOST_LINES = 2_000


def names(folder: Path) -> tuple[str, ...]:
    """The saved recordings, newest first."""
    return tuple(
        path.name for path in sorted(folder.glob(f"*{ENDING}"), key=lambda one: one.stat().st_mtime, reverse=True)
    )


def save(folder: Path, recordings: Sequence[Recording], stamp: str) -> Message:
    """Write each to a file of its own; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for recording in recordings:
        (folder / f"{recording.head.kind}-{stamp}{ENDING}").write_text(encode(recording), encoding="utf-8")
    return msg("Recordings saved: {count}, in {folder}", count=len(recordings), folder=str(folder))


def read(folder: Path, name: str, roles: dict[str, Role]) -> tuple[Line, ...] | Message:
    """The last lines of a saved recording, or what is wrong with it."""
    try:
        recording = decode((folder / Path(name).name).read_text(encoding="utf-8"))
    except (OSError, BadRecording, UnicodeDecodeError):
        return msg("This recording cannot be read. Save a new one.")
    role = roles.get(recording.head.kind)
    if role is None:
        return msg("This recording is of a device that is not known here.")
    return tuple(
        line(number, time_s, role, way, data, 0, words)
        for number, (time_s, way, _, data, words) in enumerate(lines_of(recording)[-MOST_LINES:])
    )
