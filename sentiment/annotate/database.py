"""Opening a database and talking to it: durable settings, one kind of transaction for writing, errors in words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from sentiment.errors import AnnotationError

BUSY_SECONDS = 10
"""How long a writer waits for another; a decision takes under a millisecond."""

NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "fuse.glusterfs", "ceph", "lustre"}
"""File systems on which SQLite's locks and its write-ahead log are not safe (https://sqlite.org/wal.html)."""

_LOCKED = f"another program has kept it locked for {BUSY_SECONDS} seconds; close that, then try again"
_MEANINGS = (
    ("read-only transaction", "the database server takes no changes now: it is read-only"),
    ("readonly", "the disk or the file is read-only"),
    ("read-only", "the disk or the file is read-only"),
    ("disk is full", "the disk is full; make room, then go on: everything acknowledged before is safe"),
    ("no space left", "the disk is full; make room, then go on: everything acknowledged before is safe"),
    ("database is locked", _LOCKED),
    ("lock timeout", _LOCKED),
    ("unable to open", "the file cannot be opened; is the folder there, and may you write to it?"),
    ("not a database", "this is not a database"),
    ("malformed", "the database is damaged; move it away, then: sentiment annotate rebuild"),
    ("disk i/o error", "the disk reports an error"),
    ("connection refused", "no database server answers there"),
    ("server closed the connection", "the database server has gone away; start it, then try again"),
    ("terminating connection", "the database server has gone away; start it, then try again"),
    ("permission denied", "this user may not do that there; ask whoever runs the database for the right"),
    ("fatal:  database", "there is no database of that name on that server"),
    ("fatal:  role", "that server knows no such user"),
    ("password", "the database server refuses this user or password"),
)


def connect(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine with durable settings.

    Raises:
        AnnotationError: the address makes no sense, or its driver is not installed.
    """
    try:
        parts = make_url(url)
        if parts.drivername in ("postgresql", "postgres"):
            parts = parts.set(drivername="postgresql+psycopg")
        if parts.get_backend_name() == "sqlite":
            return _sqlite(Path(parts.database or ""), busy_seconds)
        if parts.get_backend_name() != "postgresql":
            raise AnnotationError(f"{parts.get_backend_name()} is not supported; use sqlite:///FILE or postgresql://…")
        # pre_ping: a server that was started again meanwhile costs nobody a decision
        engine = create_engine(parts, isolation_level="READ COMMITTED", pool_size=20, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError) as error:
        raise AnnotationError(f"{url!r} is not an address of a database: {error}") from error
    except ModuleNotFoundError as error:
        raise AnnotationError(f"{error.name} is missing: pip install 'reader-sentiment[postgres]'") from error

    @event.listens_for(engine, "connect")
    def _durable(connection: Any, _record: object) -> None:
        connection.execute("SET synchronous_commit TO on")
        connection.execute(f"SET lock_timeout TO {round(busy_seconds * 1000)}")
        connection.commit()

    return engine


def _sqlite(path: Path, busy_seconds: float) -> Engine:
    kind = filesystem_of(path)
    if kind in NETWORK:
        raise AnnotationError(
            f"{path} lies on a network file system ({kind}), where SQLite can lose data; "
            "use a local folder, or PostgreSQL with --db postgresql://…"
        )
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": busy_seconds}, pool_size=20)

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            try:
                connection.execute(f"PRAGMA {setting}")
            except sqlite3.OperationalError:  # a read-only disk has no journal; reading still works
                if not setting.startswith("journal_mode"):
                    raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a transaction that reads and then writes must hold the lock from the start, or it fails half-way
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class StoreBusyError(AnnotationError):
    """The database cannot be reached or written now; the same once more may work."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database."""
    with explained(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is on the disk when the block ends, or has not happened at all."""
    with explained(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn what the database driver raises into one sentence.

    Raises:
        StoreBusyError: with the address and the meaning.
    """
    try:
        yield
    except DBAPIError as error:
        raise StoreBusyError(f"{address(engine)}: {meaning(str(error.orig))}") from error


def meaning(message: str) -> str:
    """What a driver's message means and what to do, or its first line."""
    low = message.lower()
    return next((said for sign, said in _MEANINGS if sign in low), message.strip().split("\n")[0])


def address(engine: Engine) -> str:
    """Where the database is, without a password."""
    return engine.url.database or "" if engine.dialect.name == "sqlite" else engine.url.render_as_string()


def filesystem_of(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """The type of file system a path lies on, empty where the system does not say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    whole = os.path.realpath(path)
    best, kind = "", ""
    for line in lines:
        _, place, found, *_ = [*line.split(" "), "", "", ""]
        place = place.replace("\\040", " ")
        inside = whole == place or whole.startswith(place.rstrip("/") + "/")
        if place and inside and len(place) >= len(best):
            best, kind = place, found
    return kind
