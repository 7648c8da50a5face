"""The store of one target: comments, and the events that were decided on them, each on the disk before it is acknowledged."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Select, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from sentiment.annotate import schema, ulid
from sentiment.annotate.database import connect, reading, writing
from sentiment.annotate.events import FIELDS, Event, check
from sentiment.annotate.migrate import prepare
from sentiment.errors import AnnotationError
from sentiment.records import Page, Stance

_T = TypeVar("_T")

LEASE_SECONDS = 30 * 60
BODY = 20_000
"""Signs of an article that are kept as context."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an event."""

    event: Event
    fresh: bool = True
    """False where the same decision had arrived before: one event, not two."""
    late: bool = False
    """The comment had gone to somebody else meanwhile; the answer is kept all the same."""


class Store:
    """The store of one target.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://…``.
        target: the target's slug.
        busy_seconds: how long to wait for another writer.
    """

    def __init__(self, url: str, target: str, *, busy_seconds: float = 10) -> None:
        self.engine = connect(url, busy_seconds=busy_seconds)
        self.target = target
        try:
            prepare(self.engine, target)
        except BaseException:
            self.engine.dispose()
            raise

    def close(self) -> None:
        """Close all connections; everything acknowledged is already on the disk."""
        self.engine.dispose()

    def add_pages(self, pages: Iterable[Page]) -> tuple[int, int]:
        """Add pages with their comments; gives how many comments were new, and how many have other words than before."""
        new = changed = 0
        for batch in batches(pages, 200):
            rows = [row for page in batch for row in _item_rows(page)]
            with writing(self.engine) as connection:
                upsert(connection, schema.page, [_page_row(page) for page in batch])
                fresh, other = put_items(connection, rows)
            new, changed = new + fresh, changed + other
        return new, changed

    def add_predictions(self, found: Iterable[tuple[str, Stance]]) -> int:
        """Keep what a model says about comments; gives how many it says something about."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        rows = (
            dict(zip(_PROBABILITIES, stance.probabilities, strict=True))
            | {"item_id": item, "model": stance.model or "", "at": at}
            for item, stance in found
            if stance.probabilities
        )
        count = 0
        for batch in batches(rows, 2000):
            with writing(self.engine) as connection:
                upsert(connection, schema.prediction, batch)
            count += len(batch)
        return count

    def record(self, event: Event) -> Recorded:
        """Write a decision down. It is on the disk when this returns.

        Raises:
            AnnotationError: the event means nothing, its comment is unknown, or it could not be saved.
        """
        check(event)
        try:
            return self._record(event)
        except IntegrityError:  # another process was faster with the same client's ULID
            return self._record(event)

    def _record(self, event: Event) -> Recorded:
        with writing(self.engine) as connection:
            if event.client and (known := _one(connection, schema.event.c.client == event.client)):
                if (known.item, known.annotator) != (event.item, event.annotator):
                    raise AnnotationError(f"the decision {event.client} is already there, on another comment")
                return Recorded(known, fresh=False)
            words = connection.scalar(select(schema.item.c.text_sha256).where(schema.item.c.id == event.item))
            if words is None:
                raise AnnotationError(f"there is no comment {event.item} in this store")
            last = connection.scalar(select(func.max(schema.event.c.id))) or ""
            saved = replace(event, id=ulid.new(last), text_sha256=event.text_sha256 or words)
            connection.execute(schema.event.insert(), _event_row(saved))
            return Recorded(saved, late=not _settle(connection, saved))

    def add_events(self, events: Iterable[Event]) -> int:
        """Add events that have an id already; those that are there are left alone. Gives the number added."""
        added = 0
        for batch in batches(events, 1000):
            mine = select(func.count()).where(schema.event.c.id.in_([event.id for event in batch]))
            with writing(self.engine) as connection:
                before = connection.scalar(mine) or 0
                rows = [_event_row(event) for event in batch]
                connection.execute(insert(connection, schema.event).on_conflict_do_nothing(), rows)
                added += (connection.scalar(mine) or 0) - before
        return added

    def event(self, event_id: str) -> Event | None:
        """One event by its id."""
        with reading(self.engine) as connection:
            return _one(connection, schema.event.c.id == event_id)

    def events(
        self, *, item: str | None = None, annotator: str | None = None, limit: int | None = None
    ) -> Iterator[Event]:
        """Events, oldest first; with a limit, the latest so many, latest first."""
        query = select(schema.event)
        if item is not None:
            query = query.where(schema.event.c.item == item)
        if annotator is not None:
            query = query.where(schema.event.c.annotator == annotator)
        order = schema.event.c.id.desc() if limit else schema.event.c.id
        for row in self.stream(query.order_by(order).limit(limit)):
            yield _from_row(row)

    def stream(self, query: Select[Any] | str, **values: Any) -> Iterator[Mapping[str, Any]]:
        """Rows of a query one by one, never all in memory."""
        statement = text(query) if isinstance(query, str) else query
        with reading(self.engine) as connection:
            found = connection.execution_options(stream_results=True, yield_per=1000).execute(statement, values)
            for row in found.mappings():
                yield cast("Mapping[str, Any]", row)

    def rows(self, query: Select[Any] | str, **values: Any) -> list[Mapping[str, Any]]:
        """All rows of a small query."""
        return list(self.stream(query, **values))


def database_url(folder: Path, url: str | None = None) -> str:
    """The address of a target's store: the one given, else the one that ``init --db`` wrote down, else a file."""
    if url:
        return url
    written = folder / "database.url"
    if written.exists():
        return written.read_text(encoding="utf-8").strip()
    return f"sqlite:///{folder / 'annotations.db'}"


def sha256(words: str) -> str:
    """The fingerprint of a comment's words."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def clean(words: str) -> str:
    """Text that every database can hold: no NUL, no half of a surrogate pair."""
    return words.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")


def upsert(connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or write over those with the same key."""
    if not rows:
        return
    statement = insert(connection, table)
    keys = [column.name for column in table.primary_key]
    other = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if other:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=other)
    else:
        statement = statement.on_conflict_do_nothing()
    connection.execute(statement, rows)


def put_items(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Insert or renew comments; gives how many were new, and how many changed their words."""
    new = changed = 0
    for chunk in batches(rows, _CHUNK):
        ids = [row["id"] for row in chunk]
        known = connection.execute(select(schema.item.c.id, schema.item.c.text_sha256).where(schema.item.c.id.in_(ids)))
        there = {row[0]: row[1] for row in known}
        new += len({*ids} - there.keys())
        changed += sum(there.get(row["id"], row["text_sha256"]) != row["text_sha256"] for row in chunk)
        upsert(connection, schema.item, chunk)
    return new, changed


def item_row(**cells: Any) -> dict[str, Any]:
    """A row for :func:`put_items` from what is known about a comment."""
    words = clean(cells["text"])
    return {
        "id": clean(cells["id"]),
        "page_id": clean(cells.get("page_id") or ""),
        "parent_id": cells.get("parent_id"),
        "position": cells.get("position") or 0,
        "language": cells.get("language") or "und",
        "text": words,
        "quote": clean(cells.get("quote") or ""),
        "text_sha256": sha256(words),
        "meta": cells.get("meta") or "{}",
    }


def _item_rows(page: Page) -> Iterator[dict[str, Any]]:
    for comment in page.comments:
        language = page.language if comment.language == "und" else comment.language
        yield item_row(
            id=comment.id,
            page_id=page.id,
            parent_id=comment.parent_id,
            position=comment.position,
            language=language,
            text=comment.text,
            quote=comment.quote,
        )


def _page_row(page: Page) -> dict[str, Any]:
    return {
        "id": page.id,
        "outlet": clean(page.outlet),
        "title": clean(page.title or ""),
        "url": clean(page.url or ""),
        "language": page.language,
        "body": clean(page.body[:BODY]),
    }


_PROBABILITIES = ("p_favor", "p_against", "p_neutral", "p_unrelated")


def _settle(connection: Connection, event: Event) -> bool:
    """Keep the queue in step with an event; False where the annotator's place in it had gone to somebody else."""
    slot = schema.slot
    if event.kind == "undo":
        again = {"event_id": None, "lease_until": time.time() + LEASE_SECONDS}
        connection.execute(update(slot).where(slot.c.event_id == event.supersedes).values(again))
        return True
    if event.kind not in ("label", "relabel", "skip") or event.draw is None:
        return True
    here = (slot.c.draw_id == event.draw) & (slot.c.item_id == event.item)
    done = {"event_id": event.id, "lease_until": None, "annotator": event.annotator}
    if connection.execute(update(slot).where(here, slot.c.annotator == event.annotator).values(done)).rowcount:
        return True
    free = select(func.min(slot.c.no)).where(here, slot.c.annotator.is_(None)).scalar_subquery()
    return connection.execute(update(slot).where(here, slot.c.no == free).values(done)).rowcount > 0


def _one(connection: Connection, condition: Any) -> Event | None:
    row = connection.execute(select(schema.event).where(condition)).mappings().first()
    return None if row is None else _from_row(row)


def _event_row(event: Event) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in FIELDS}
    return {name: clean(value) if isinstance(value, str) else value for name, value in row.items()}


def _from_row(row: Mapping[Any, Any]) -> Event:
    return Event(**{name: value for name, value in row.items() if name != "seq"})


def insert(connection: Connection, table: Any) -> Any:
    """An insert statement with ON CONFLICT, in the dialect of the connection."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def batches(things: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The things in lists of so many."""
    walk = iter(things)
    while batch := list(islice(walk, size)):
        yield batch
