"""After a cut what was not fsynced may be there, gone, half there or zeros, in any mixture: nothing saved is lost."""

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest

from station.receiver import verify
from station.safekeeping.bundle import Buffer
from station.safekeeping.disk import SystemDisk
from station.safekeeping.vault import Sealed
from tests.helpers.dying import NUMBER, prepared
from tests.helpers.sealing import ForgetfulDisk, PowerCut, TrialStation, finger

CALLS = 24
T = TypeVar("T")


class TearingDisk(ForgetfulDisk):
    """Pulls the plug at disk call `at`; what was not made durable is kept or lost piece by piece, by chance."""

    def __init__(self, folder: Path, at: int, chance: random.Random, *, lying: bool) -> None:
        super().__init__(folder, lying=lying)
        self._left, self._chance = at, chance

    def write(self, file: int, data: Buffer) -> int:
        return self._step(lambda: SystemDisk.write(self, file, data))

    def fsync(self, file: int) -> None:
        self._step(lambda: ForgetfulDisk.fsync(self, file))

    def link(self, source: Path, target: Path) -> None:
        self._step(lambda: SystemDisk.link(self, source, target))

    def unlink(self, path: Path) -> None:
        self._step(lambda: SystemDisk.unlink(self, path))

    def fsync_folder(self, folder: Path) -> None:
        self._step(lambda: ForgetfulDisk.fsync_folder(self, folder))

    def cut(self) -> None:
        """Each name as it was or is; each file's bytes as they were, are, or torn between."""
        for folder in [path for path in self._folder.rglob("*") if path.is_dir()]:
            now = {path.name: path for path in folder.iterdir() if path.is_file()}
            inodes = {name: path.stat().st_ino for name, path in now.items()}
            bodies = {inode: now[name].read_bytes() for name, inode in inodes.items()}
            before = self._names.get(folder, {})
            for path in now.values():
                path.unlink()
            for name in before.keys() | inodes.keys():
                choices = (
                    [before.get(name)] if before.get(name) == inodes.get(name) else [before.get(name), inodes.get(name)]
                )
                inode = self._chance.choice(choices)
                if inode is not None and not name.startswith("spool.db"):
                    (folder / name).write_bytes(self._torn(self._bytes.get(inode, b""), bodies.get(inode)))
                    (folder / name).chmod(0o600)

    def _torn(self, durable: bytes, written: bytes | None) -> bytes:
        if written is None or written == durable:
            return durable
        grown = written[len(durable) :]
        kept = self._chance.randrange(len(grown) + 1)
        tail = self._chance.choice([b"", bytes(len(grown) - kept), grown[kept:]])
        return written[: len(durable)] + grown[:kept] + tail

    def _step(self, work: Callable[[], T]) -> T:
        self._left -= 1
        if self._left < 0:
            raise PowerCut
        return work()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> TrialStation:
    return prepared(tmp_path_factory.mktemp("template"))


def cut_at(template: TrialStation, root: Path, at: int, seed: int, *, lying: bool = False) -> tuple[bool, list[str]]:
    """Whether the second finger was shown as saved before the plug was pulled, and what is there afterwards."""
    shutil.copytree(template.root, root)
    station = TrialStation(root)
    vault = station.unlock(disk := TearingDisk(station.folder, 1 << 30, random.Random(seed), lying=lying))
    disk._left = at
    saved = False
    with suppress(PowerCut):
        saved = isinstance(vault.seal_segment(vault.resume(NUMBER), "finger 2", finger(2), False), Sealed)
    disk._left = 0
    with suppress(PowerCut):
        vault._open.close()
    disk.cut()
    again = station.unlock()
    labels = [one.label for one in again.open_cases()[0].sealed]
    if lying:
        again.close()
        shutil.rmtree(root)
        return saved, labels
    if "finger 2" not in labels:
        assert isinstance(again.seal_segment(again.resume(NUMBER), "finger 2", finger(2), False), Sealed)
    assert isinstance(again.close_case(again.resume(NUMBER), {}, [], False), Sealed)
    assert again.verify_audit().whole
    again.close()
    assert verify(station.bundles, station.keyring()).accepted
    shutil.rmtree(root)
    return saved, labels


def test_nothing_saved_is_lost_and_nothing_half_counts(template: TrialStation, tmp_path: Path) -> None:
    ends = [cut_at(template, tmp_path / "one", at, seed) for at in range(CALLS) for seed in range(2)]
    assert all(labels in (["finger 1"], ["finger 1", "finger 2"]) for _, labels in ends)
    assert all(labels == ["finger 1", "finger 2"] for saved, labels in ends if saved)
    assert {len(labels) for saved, labels in ends if not saved} == {1, 2}
    assert any(saved for saved, _ in ends)


def test_control_on_a_disk_whose_fsync_lies_something_saved_is_lost(template: TrialStation, tmp_path: Path) -> None:
    ends = [cut_at(template, tmp_path / "one", 1 << 20, seed, lying=True) for seed in range(8)]
    assert all(saved for saved, _ in ends)
    assert any(labels == ["finger 1"] for _, labels in ends)
