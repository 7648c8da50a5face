"""The database made again from the files; the old one is kept beside it, and is never replaced while it knows more."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from sentiment.annotate import schema
from sentiment.annotate.database import writing
from sentiment.annotate.merging import merge
from sentiment.annotate.store import Store, batches, database_url
from sentiment.errors import AnnotationError

_TAILS = ("", "-wal", "-shm")


def rebuild(folder: Path) -> tuple[Path | None, int]:
    """Make the database file again from the files; gives where the old one went, and the number of events.

    Passwords are in no file. They are taken over from the old database, where it can be read.

    Raises:
        AnnotationError: there are no files, they cannot be read, the store lies on a server, or the old database is in use
            or holds what the files do not.
    """
    if not any((folder / name).exists() for name in ("labels.csv", "events.jsonl")):
        raise AnnotationError(f"{folder} holds neither labels.csv nor events.jsonl to rebuild from")
    address = database_url(folder)
    if not address.startswith("sqlite"):
        raise AnnotationError(
            f"the store lies on a server ({folder / 'database.url'}); an empty database is filled from the files by: "
            "sentiment annotate init --db URL"
        )
    old, draft = folder / "annotations.db", folder / "annotations.db.new"
    _remove(draft)
    store = Store(f"sqlite:///{draft}", folder.name)
    try:
        merge(store, folder)
        count = int(store.rows("SELECT COUNT(*) AS n FROM event")[0]["n"])
        if old.exists():
            _settle(old)
            _take_over(old, store)
    except BaseException:
        store.close()
        _remove(draft)
        raise
    store.close()
    kept = None
    if old.exists():
        kept = folder / f"annotations.{datetime.now(UTC):%Y%m%dT%H%M%S}.db"
        for tail in _TAILS:
            if (part := Path(f"{old}{tail}")).exists():
                part.replace(f"{kept}{tail}")
    draft.replace(old)
    return kept, count


def _settle(old: Path) -> None:
    """Fold a database's journal into it, which only its last user can do.

    Raises:
        AnnotationError: another program has it open, and would go on writing into what is moved away.
    """
    try:
        with closing(sqlite3.connect(old, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise AnnotationError(
                f"another program has {old} open; stop it (annotate web, annotate do), then rebuild"
            ) from error
    except sqlite3.DatabaseError:
        return  # damaged: the reason to rebuild


def _take_over(old: Path, new: Store) -> None:
    """Check that nothing is lost, and take the passwords over.

    Raises:
        AnnotationError: the old database holds decisions that no file has.
    """
    lacking = 0
    secrets: list[Mapping[str, Any]] = []
    try:
        before = Store(f"sqlite:///{old}", new.target)
    except AnnotationError:
        return  # damaged, or not ours: it is kept beside the new one
    try:
        for batch in batches(before.stream("SELECT id FROM event ORDER BY seq"), 500):
            names = [row["id"] for row in batch]
            lacking += len(names) - len(new.rows(select(schema.event.c.id).where(schema.event.c.id.in_(names))))
        secrets = before.rows("SELECT handle, role, languages, secret, at FROM annotator WHERE secret IS NOT NULL")
    except AnnotationError:
        return
    finally:
        before.close()
    if lacking:
        raise AnnotationError(
            f"{old} holds {lacking} events that are in no file; write them first: sentiment annotate export "
            "(or move the database away)"
        )
    with writing(new.engine) as connection:
        for row in secrets:
            this = schema.annotator.c.handle == row["handle"]
            if not connection.execute(update(schema.annotator).where(this).values(secret=row["secret"])).rowcount:
                connection.execute(schema.annotator.insert(), dict(row))


def _remove(path: Path) -> None:
    for tail in _TAILS:
        Path(f"{path}{tail}").unlink(missing_ok=True)
