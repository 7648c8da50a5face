"""Answers that were paid for, kept on disk: a run that was interrupted goes on where it stopped.

An SQLite file. A key is a sha256 and says nothing about the comment; a value is a label and a short reason. Neither the
comments nor an API key are in it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sentiment.errors import ModelError
from sentiment.records import STANCES
from sentiment.stance.backends.answers import Answer, clean

_TABLES = """
create table if not exists answers (key text primary key, stance text not null, reason text not null) without rowid;
create table if not exists servers (server text primary key, dialect text not null) without rowid;
"""
_AT_ONCE = 500
"""Keys per query: SQLite takes 999 or more."""


def default_path() -> Path:
    """Where the answers are kept if nobody says otherwise."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "reader-sentiment" / "llm.sqlite"


class Cache:
    """A file of answers; may be used from several threads, and by several runs at once.

    Args:
        path: The file; made if it is not there.

    Raises:
        ModelError: It cannot be made, or it is something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # reasons paraphrase comments: not for other users of the machine
            self._open = sqlite3.connect(path, timeout=60, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise ModelError(f"cannot open the cache {path}: {error}; name another with --cache") from None
        weakref.finalize(self, self._open.close)
        with self._use() as base:
            base.executescript(_TABLES)

    def get(self, keys: Sequence[str]) -> dict[str, Answer]:
        """The answers that are there. What is no answer (somebody wrote into the file) counts as not there."""
        found: dict[str, Answer] = {}
        with self._use() as base:
            for start in range(0, len(keys), _AT_ONCE):
                part = keys[start : start + _AT_ONCE]
                marks = ",".join("?" * len(part))
                rows = base.execute(f"select key, stance, reason from answers where key in ({marks})", part)  # noqa: S608 - marks only
                found |= {key: Answer(stance, clean(reason)) for key, stance, reason in rows if stance in STANCES}
        return found

    def put(self, answers: Iterable[tuple[str, Answer]]) -> None:
        """Keep answers; they are on the disk when this returns."""
        with self._use() as base:
            rows = [(key, answer.stance, answer.reason) for key, answer in answers]
            base.executemany("insert or replace into answers values (?, ?, ?)", rows)

    def dialect(self, server: str) -> str | None:
        """What was learned about a server, as it was given to :meth:`learn`."""
        with self._use() as base:
            row = base.execute("select dialect from servers where server = ?", (server,)).fetchone()
        return None if row is None else str(row[0])

    def learn(self, server: str, dialect: str) -> None:
        """Keep what a server was found to understand."""
        with self._use() as base:
            base.execute("insert or replace into servers values (?, ?)", (server, dialect))

    def close(self) -> None:
        """Close the file."""
        self._open.close()

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock, self._open:
                yield self._open
        except sqlite3.Error as error:
            raise ModelError(
                f"the cache {self.path} cannot be used: {error}; remove it, or name another with --cache"
            ) from None
