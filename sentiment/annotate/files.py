"""The store as files that people keep and merge, and the store made again from them.

``labels.csv`` is what stands; ``events.jsonl`` is the whole history, ``draws.jsonl`` how comments were drawn, and
``items.jsonl`` the comments that either of them names. Lines never change, are sorted by id and unique by it, so files from
two machines merge by taking the lines of both. The files are the archive, the database is their index.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, func, select

from sentiment.annotate import schema, ulid
from sentiment.annotate.database import writing
from sentiment.annotate.draws import put
from sentiment.annotate.events import Event, from_dict
from sentiment.annotate.labels import ADJUDICATED, read_csv, write_csv
from sentiment.annotate.standing import rows
from sentiment.annotate.store import Store, batches, database_url, insert, item_row, put_items, sha256, upsert
from sentiment.errors import AnnotationError
from sentiment.records import Label


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import has brought."""

    events: int = 0
    labels: int = 0
    """Rows of ``labels.csv`` that said something new."""
    older: int = 0
    """Rows of ``labels.csv`` on which a later decision stands."""
    problems: tuple[str, ...] = ()


def open_store(folder: Path, url: str | None = None) -> Store:
    """The store of a target; a new one is made from the files in its folder.

    Raises:
        AnnotationError: it cannot be made or read.
    """
    address = database_url(folder, url)
    if address.startswith("sqlite"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AnnotationError(f"cannot make {folder}: {error.strerror}") from error
    store = Store(address, folder.name)
    if not store.rows("SELECT id FROM item LIMIT 1"):
        merge(store, folder)
    return store


def export(store: Store, folder: Path) -> dict[str, int]:
    """Write all files; gives the number of lines of each. What is only in ``events.jsonl`` is taken into the store first."""
    _take_events(store, folder, missing_only=True)
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    with whole(folder / "labels.csv") as file:
        counts["labels.csv"] = write_csv(rows(store), file)
    for name, lines in (
        ("events.jsonl", _events(store)),
        ("draws.jsonl", _draws(store)),
        ("items.jsonl", _items(store)),
    ):
        with whole(folder / name) as file:
            counts[name] = 0
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
                counts[name] += 1
    return counts


def merge(store: Store, folder: Path) -> Merged:
    """Take in what files from elsewhere say and the store does not know yet.

    Raises:
        AnnotationError: a file cannot be read, or a whole line in it means nothing.
    """
    problems: list[str] = []
    with writing(store.engine) as connection:
        _take_items(connection, _lines(folder / "items.jsonl", problems))
    for line in _lines(folder / "draws.jsonl", problems):
        _take_draw(store, line)
    events = _take_events(store, folder, problems=problems)
    labels, older = _take_labels(store, folder / "labels.csv")
    refill(store)
    return Merged(events, labels, older, tuple(problems))


def rebuild(folder: Path) -> tuple[Path | None, int]:
    """Make the database file again from the files; gives where the old one went, and the number of events.

    Raises:
        AnnotationError: there are no files, they cannot be read, or the old database holds what they do not.
    """
    if not any((folder / name).exists() for name in ("labels.csv", "events.jsonl")):
        raise AnnotationError(f"{folder} holds neither labels.csv nor events.jsonl to rebuild from")
    old, draft = folder / "annotations.db", folder / "annotations.db.new"
    draft.unlink(missing_ok=True)
    store = Store(f"sqlite:///{draft}", folder.name)
    merge(store, folder)
    count = int(store.rows("SELECT COUNT(*) AS n FROM event")[0]["n"])
    store.close()
    kept = None
    if old.exists():
        kept = folder / f"annotations.{datetime.now(UTC):%Y%m%dT%H%M%S}.db"
        for tail in ("", "-wal", "-shm"):
            if (part := Path(f"{old}{tail}")).exists():
                part.replace(f"{kept}{tail}")
    draft.replace(old)
    return kept, count


def refill(store: Store) -> None:
    """Make the queue agree with the events: every answer fills a place of its draw."""
    slot, draw = schema.slot, None
    query = "SELECT id, item, draw, annotator FROM answer WHERE draw IS NOT NULL AND kind <> 'import' ORDER BY draw, item, id"
    with writing(store.engine) as connection:
        known = {name for (name,) in connection.execute(select(schema.draw.c.id))}
        for (draw, item), answers in groupby(store.rows(query), key=lambda row: (row["draw"], row["item"])):
            if draw not in known:
                continue
            here = (slot.c.draw_id == draw) & (slot.c.item_id == item)
            last = {row["annotator"]: row["id"] for row in answers}
            places = connection.execute(select(slot.c.no, slot.c.annotator).where(here).order_by(slot.c.no))
            holders = {row[0]: row[1] for row in places}
            for who, event in last.items():
                mine = next((no for no, holder in holders.items() if holder == who), None)
                free = next((no for no, holder in holders.items() if holder is None), None)
                at = mine if mine is not None else free
                if at is not None:
                    holders[at] = who
                    done = {"annotator": who, "event_id": event, "lease_until": None}
                    connection.execute(slot.update().where(here, slot.c.no == at).values(done))


@contextmanager
def whole(path: Path) -> Iterator[IO[str]]:
    """A file that appears under its name only when it is complete and on the disk."""
    draft = path.with_name(path.name + ".part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise AnnotationError(f"cannot write {path}: {error.strerror}; the old file is untouched") from error
    finally:
        draft.unlink(missing_ok=True)


def _events(store: Store) -> Iterator[dict[str, Any]]:
    return (event.as_dict() for event in store.events())


def _draws(store: Store) -> Iterator[dict[str, Any]]:
    items = schema.draw_item
    for head in store.rows(select(schema.draw).order_by(schema.draw.c.id)):
        query = select(items).where(items.c.draw_id == head["id"]).order_by(items.c.rank)
        drawn = [[row["item_id"], row["stratum"], row["inclusion"], row["slots"]] for row in store.stream(query)]
        yield {**head, "items": drawn}


def _items(store: Store) -> Iterator[dict[str, Any]]:
    """The comments that were drawn or decided, those that these answer, and their pages."""
    query = """
        SELECT i.*, p.outlet, p.title, p.url, p.language AS page_language, p.body FROM item i JOIN page p ON p.id = i.page_id
        WHERE EXISTS (SELECT 1 FROM event e WHERE e.item = i.id)
           OR EXISTS (SELECT 1 FROM draw_item d WHERE d.item_id = i.id)
           OR EXISTS (SELECT 1 FROM item c WHERE c.page_id = i.page_id AND c.parent_id = i.id)
        ORDER BY i.page_id, i.id
    """
    page = None
    for row in store.stream(query):
        line = {name: row[name] for name in schema.item.c.keys() if name != "text_sha256"}  # noqa: SIM118 - not a dict
        if row["page_id"] != page:  # once per page
            page = row["page_id"]
            line["page"] = {name: row[name] for name in ("outlet", "title", "url", "body")}
            line["page"] |= {"id": page, "language": row["page_language"]}
        yield line


def _take_items(connection: Connection, lines: Iterable[Mapping[str, Any]]) -> None:
    for batch in batches(lines, 500):
        pages = [line["page"] for line in batch if "page" in line]
        upsert(connection, schema.page, pages)
        rows_ = [item_row(**{name: value for name, value in line.items() if name != "page"}) for line in batch]
        _ensure_pages(connection, {row["page_id"] for row in rows_})
        put_items(connection, rows_)


def _take_draw(store: Store, line: dict[str, Any]) -> None:
    head = {name: value for name, value in line.items() if name != "items"}
    with writing(store.engine) as connection:
        if connection.scalar(select(schema.draw.c.id).where(schema.draw.c.id == head["id"])):
            return
        _ensure_items(connection, {row[0]: "" for row in line["items"]})
        drawn = [
            {"item_id": item, "stratum": stratum, "inclusion": inclusion, "rank": rank, "slots": slots}
            for rank, (item, stratum, inclusion, slots) in enumerate(line["items"])
        ]
        put(connection, head, drawn)


def _take_events(store: Store, folder: Path, *, missing_only: bool = False, problems: list[str] | None = None) -> int:
    path = folder / "events.jsonl"
    found = (from_dict(line) for line in _lines(path, [] if problems is None else problems))
    added = 0
    for batch in batches(found, 500):
        ids = [event.id for event in batch]
        with writing(store.engine) as connection:
            there = {
                name for (name,) in connection.execute(select(schema.event.c.id).where(schema.event.c.id.in_(ids)))
            }
            new = [event for event in batch if event.id not in there]
            _ensure_items(connection, {event.item: event.text_sha256 for event in new})
        added += store.add_events(new) if new else 0
    if added and missing_only:
        refill(store)
    return added


def _take_labels(store: Store, path: Path) -> tuple[int, int]:
    """Rows of ``labels.csv`` that differ from what stands become events of the kind ``import``."""
    new = older = 0
    for batch in batches(read_csv(path), 500):
        events: list[Event] = []
        with writing(store.engine) as connection:
            known = _fingerprints(connection, [label.comment_id for _, label in batch])
            missing = [label for _, label in batch if label.comment_id not in known]
            _ensure_pages(connection, {label.page_id for label in missing})
            put_items(connection, [_item_of(label) for label in {x.comment_id: x for x in missing}.values()])
            last = connection.scalar(select(func.max(schema.event.c.id))) or ""
        for kind, label in batch:
            verdict = _compare(store, kind, label)
            if verdict == "older":
                older += 1
            elif verdict != "same":
                event = _event_of(kind, label, known)
                if verdict == "edited":
                    last = ulid.new(last)
                    event = replace(event, id=last)
                events.append(event)
        new += store.add_events(events)
    return new, older


def _compare(store: Store, kind: str, label: Label) -> str:
    """``new``, ``same``, ``older`` or ``edited``, against what stands."""
    view = "adjudicated" if kind == ADJUDICATED else "label_current"
    who = "" if kind == ADJUDICATED else " AND annotator = :annotator"
    query = f"SELECT stance, flags, note, at FROM {view} WHERE item = :item{who}"  # noqa: S608 - our own words
    values = {"item": label.comment_id} | ({} if kind == ADJUDICATED else {"annotator": label.annotator or "unknown"})
    found = store.rows(query, **values)
    if not found:
        return "new"
    there = found[0]
    if (there["stance"], there["flags"], there["note"]) == (label.stance, " ".join(label.flags), label.note):
        return "same"
    return "older" if label.at < datetime.fromisoformat(there["at"]) else "edited"


def _fingerprints(connection: Connection, items: Iterable[str]) -> dict[str, str]:
    query = select(schema.item.c.id, schema.item.c.text_sha256).where(schema.item.c.id.in_(list(items)))
    return {row[0]: row[1] for row in connection.execute(query)}


def _event_of(kind: str, label: Label, known: Mapping[str, str]) -> Event:
    at = label.at.astimezone(UTC)
    content = json.dumps([kind, label.comment_id, label.annotator, label.stance, label.flags, label.note])
    return Event(
        id=ulid.derived(round(at.timestamp() * 1000), content.encode()),
        kind="adjudicate" if kind == ADJUDICATED else "import",
        item=label.comment_id,
        annotator=label.annotator or "unknown",
        stance=label.stance,
        flags=" ".join(label.flags),
        note=label.note,
        reason="mixed" if kind == ADJUDICATED else "",
        codebook=label.codebook,
        text_sha256=sha256(label.text) if label.text else known.get(label.comment_id, sha256("")),
        origin="labels.csv",
        at=label.at.isoformat(),
    )


def _item_of(label: Label) -> dict[str, Any]:
    return item_row(id=label.comment_id, page_id=label.page_id, language=label.language, text=label.text)


def _ensure_pages(connection: Connection, pages: Iterable[str]) -> None:
    """An empty page for every id that has none: comments may come without their article."""
    empty = {"outlet": "unknown", "title": "", "url": "", "language": "und", "body": ""}
    if made := [{"id": page, **empty} for page in sorted(pages)]:
        connection.execute(insert(connection, schema.page).on_conflict_do_nothing(), made)


def _ensure_items(connection: Connection, items: Mapping[str, str]) -> None:
    """A comment without words for every id that is nowhere, so that nothing said about it is lost."""
    _ensure_pages(connection, [""])
    made = [{**item_row(id=item, text=""), "text_sha256": words or sha256("")} for item, words in items.items()]
    for batch in batches(made, 500):
        connection.execute(insert(connection, schema.item).on_conflict_do_nothing(), batch)


def _lines(path: Path, problems: list[str]) -> Iterator[dict[str, Any]]:
    """The lines of a file of JSON; one that is cut off at the end is left out and reported."""
    if not path.exists():
        return
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    yield _object(line)
                except ValueError as error:
                    if line.endswith(b"\n"):
                        raise AnnotationError(
                            f"{path}, line {number}: {error}; restore it, for instance from git"
                        ) from error
                    problems.append(f"{path}, line {number}: cut off, left out")
    except OSError as error:
        raise AnnotationError(f"cannot read {path}: {error.strerror}") from error


def _object(line: bytes, load: Callable[[bytes], Any] = json.loads) -> dict[str, Any]:
    found = load(line)
    if not isinstance(found, dict):
        raise ValueError(f"expected an object, found {type(found).__name__}")
    return found
