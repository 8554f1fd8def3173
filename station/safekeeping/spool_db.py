"""The spool's database: bundle ids and how far each has come, nothing personal; a cache that may be lost."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from station.safekeeping.states import State

_TABLE = "CREATE TABLE IF NOT EXISTS bundle (id BLOB PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID"


class SpoolDatabase:
    """One connection, exclusive, synchronous=FULL. When it breaks it is put aside and begun anew; the files are the
    truth, and the worst that a lost database costs is delivering a bundle twice."""

    def __init__(self, path: Path, quarantine: Path) -> None:
        self._path, self._quarantine = path, quarantine
        self._connection: sqlite3.Connection | None = None
        self._known: dict[bytes, State] = {}

    def load(self) -> tuple[dict[bytes, State], bool]:
        """The states by bundle id, and whether the database had to be begun anew."""
        fresh = not self._path.exists()
        try:
            connection = self._open()
            if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("the database is damaged")
            rows = connection.execute("SELECT id, state FROM bundle").fetchall()
            self._known = {bytes(row[0]): State(row[1]) for row in rows}
        except (sqlite3.Error, ValueError, TypeError):
            self._known, fresh = {}, True
            self._begin_anew()
        return dict(self._known), fresh

    def replace_all(self, rows: Iterable[tuple[bytes, State]]) -> None:
        """Make the database say exactly this."""
        wanted = dict(rows)
        if wanted != self._known:
            self._known = wanted
            self._write_all_rows()

    def put(self, *rows: tuple[bytes, State]) -> None:
        """Record states durably, all or none."""
        self._known.update(rows)
        try:
            connection = self._open()
            with connection:
                connection.executemany("INSERT OR REPLACE INTO bundle VALUES (?, ?)", [(i, s.value) for i, s in rows])
        except sqlite3.Error:
            self._begin_anew()
            self._write_all_rows()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write_all_rows(self) -> None:
        rows = [(bundle_id, state.value) for bundle_id, state in self._known.items()]
        try:
            connection = self._open()
            with connection:
                connection.execute("DELETE FROM bundle")
                connection.executemany("INSERT INTO bundle VALUES (?, ?)", rows)
        except sqlite3.Error:
            self.close()  # no room even for the cache: memory goes on, and the next start rebuilds it from the files

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = self._connection = sqlite3.connect(self._path)
            self._path.chmod(0o600)
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(_TABLE)
        return self._connection

    def _begin_anew(self) -> None:
        self.close()
        journal = self._path.with_name(self._path.name + "-journal")
        number = 1
        while (target := self._quarantine / f"{self._path.name}.{number}").exists():
            number += 1
        if self._path.exists():
            self._path.replace(target)
        journal.unlink(missing_ok=True)
