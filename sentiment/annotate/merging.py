"""Taking files in: what they say and the store does not know yet; everything else falls away by its id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from sentiment.annotate import codebook, lines, schema, ulid
from sentiment.annotate.database import reading, writing
from sentiment.annotate.draws import UNKNOWN, put, unknown_draw
from sentiment.annotate.events import Event, from_dict
from sentiment.annotate.labels import ADJUDICATED, read_csv
from sentiment.annotate.store import Store, batches, insert, item_row, put_items, sha256, upsert
from sentiment.errors import AnnotationError
from sentiment.records import Label

_BATCH = 500
_NO_WORDS = sha256("")


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import has brought."""

    events: int = 0
    labels: int = 0
    """Rows of ``labels.csv`` that said something new."""
    older: int = 0
    """Rows of ``labels.csv`` on which a later decision stands, or that were taken back since."""
    versions: int = 0
    """Versions of the codebook."""
    problems: tuple[str, ...] = ()


def merge(store: Store, folder: Path) -> Merged:
    """Take in what files from elsewhere say and the store does not know yet.

    Raises:
        AnnotationError: a file cannot be read, or a whole line in it means nothing.
    """
    problems: list[str] = []
    with writing(store.engine) as connection:
        _take_items(connection, lines.lines(folder / "items.jsonl", problems, lines.item))
    events, versions = _take_history(store, folder, problems)
    labels, older = _take_labels(store, folder / "labels.csv")
    refill(store)
    return Merged(events, labels, older, versions, tuple(problems))


def catch_up(store: Store, folder: Path) -> None:
    """Take in what only the files know, before they are written anew: git may have brought it.

    A comment that the store knows keeps the words it has there.

    Raises:
        AnnotationError: a file cannot be read, a line of it is cut off and would be lost, or its codebook contradicts the
            store's.
    """
    problems: list[str] = []
    news = _news(store, folder, problems)
    if problems:
        raise AnnotationError(
            f"{problems[0].removesuffix(', left out')}: restore it, or take it out, before it is written over"
        )
    if not news:
        return
    for batch in batches(lines.lines(folder / "items.jsonl", problems, lines.item), _BATCH):
        with writing(store.engine) as connection:
            known = _fingerprints(connection, [line["id"] for line in batch])
            _take_items(connection, [line for line in batch if known.get(line["id"], _NO_WORDS) == _NO_WORDS])
    _take_history(store, folder, problems)
    if problems:  # nothing is cut off, so it is a version of the codebook
        raise AnnotationError(f"{problems[0]}, and take the other line out of {folder / 'codebooks.jsonl'}")
    refill(store)


def _news(store: Store, folder: Path, problems: list[str]) -> bool:
    """Whether a file says anything that the store has not heard."""
    found = False
    tables = (
        ("events.jsonl", schema.event.c.id, "id"),
        ("draws.jsonl", schema.draw.c.id, "id"),
        ("codebooks.jsonl", schema.codebook.c.sha256, "sha256"),
        ("annotators.jsonl", schema.annotator.c.handle, "handle"),
    )
    for name, column, field in tables:
        for batch in batches(lines.lines(folder / name, problems), _BATCH):
            named = {line[field] for line in batch if isinstance(line.get(field), str)}
            with reading(store.engine) as connection:
                there = {value for (value,) in connection.execute(select(column).where(column.in_(named)))}
            found = found or bool(named - there)
    return found


def _take_history(store: Store, folder: Path, problems: list[str]) -> tuple[int, int]:
    """All but the comments and ``labels.csv``; gives how many events and versions of the codebook were new."""
    _take_annotators(store, lines.lines(folder / "annotators.jsonl", problems, lines.annotator))
    versions = codebook.take(
        store, lines.lines(folder / "codebooks.jsonl", problems, lines.fits(lines.CODEBOOK)), problems
    )
    for line in _whole_draws(lines.lines(folder / "draws.jsonl", problems, lines.draw)):
        _take_draw(store, line)
    return _take_events(store, folder, problems), versions


def _take_annotators(store: Store, given: Iterable[Mapping[str, Any]]) -> None:
    """Accounts that are nowhere yet, without a password. Those that are there keep their rights: a file grants none."""
    rows = [{**{name: line[name] for name in lines.ANNOTATOR}, "secret": None} for line in given]
    if rows:
        with writing(store.engine) as connection:
            connection.execute(insert(connection, schema.annotator).on_conflict_do_nothing(), rows)


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


def _whole_draws(given: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Draws with all their comments: each line with a draw's head is followed by lines with its comments."""
    head: dict[str, Any] | None = None
    for line in given:
        if "draw" not in line:
            if head is not None:
                yield head
            head = {**line, "items": []}
        elif head is None or line["draw"] != head["id"]:
            raise AnnotationError(f"draws.jsonl: comments of draw {line['draw']} without its head; restore the file")
        else:
            head["items"] += line["items"]
    if head is not None:
        yield head


def _take_items(connection: Connection, given: Iterable[Mapping[str, Any]]) -> None:
    for batch in batches(given, _BATCH):
        pages = [{name: line["page"][name] for name in lines.PAGE} for line in batch if line.get("page")]
        upsert(connection, schema.page, pages)
        rows_ = [item_row(**{name: line.get(name) for name in lines.ITEM if name != "page"}) for line in batch]
        _ensure_pages(connection, {row["page_id"] for row in rows_})
        put_items(connection, rows_)


def _take_draw(store: Store, line: dict[str, Any]) -> None:
    head: dict[str, Any] = {name: line.get(name) for name in lines.DRAW}
    with writing(store.engine) as connection:
        there = connection.scalar(select(schema.draw.c.id).where(schema.draw.c.id == head["id"]))
        if there and head["sampler"] != UNKNOWN:
            return
        _ensure_items(connection, {row[0]: "" for row in line["items"]})
        drawn = [
            {"item_id": item, "stratum": stratum, "inclusion": inclusion, "rank": rank, "slots": slots}
            for rank, (item, stratum, inclusion, slots) in enumerate(line["items"])
        ]
        if there:
            _add_drawn(connection, head["id"], drawn)
        else:
            put(connection, head, drawn)


def _take_events(store: Store, folder: Path, problems: list[str]) -> int:
    """Take in the events that the store lacks, with a placeholder for comments that are nowhere; gives how many."""
    found = (from_dict(line) for line in lines.lines(folder / "events.jsonl", problems, from_dict))
    added = 0
    for batch in batches(found, _BATCH):
        ids = [event.id for event in batch]
        with writing(store.engine) as connection:
            there = {
                name for (name,) in connection.execute(select(schema.event.c.id).where(schema.event.c.id.in_(ids)))
            }
            new = [event for event in batch if event.id not in there]
            _ensure_items(connection, {event.item: event.text_sha256 for event in new})
        added += store.add_events(new) if new else 0
    return added


def _take_labels(store: Store, path: Path) -> tuple[int, int]:
    """Rows of ``labels.csv`` that differ from what stands become events of the kind ``import``."""
    new = older = 0
    for batch in batches(read_csv(path), _BATCH):
        events: list[Event] = []
        with writing(store.engine) as connection:
            known = _fingerprints(connection, [label.comment_id for _, label in batch])
            missing = [label for _, label in batch if label.comment_id not in known]
            _ensure_pages(connection, {label.page_id for label in missing})
            put_items(connection, [_item_of(label) for label in {x.comment_id: x for x in missing}.values()])
            drawn = _keep_draws(connection, [label for _, label in batch])
            last = connection.scalar(select(func.max(schema.event.c.id))) or ""
        for kind, label in batch:
            verdict = _compare(store, kind, label)
            if verdict == "older":
                older += 1
            elif verdict != "same":
                event = replace(_event_of(kind, label, known), draw=drawn.get(label.comment_id))
                if verdict == "edited":
                    last = ulid.new(last)
                    event = replace(event, id=last)
                events.append(event)
        new += store.add_events(events)
    return new, older


def _keep_draws(connection: Connection, labels: Iterable[Label]) -> dict[str, str]:
    """How labels were drawn whose draws are in no file, each purpose as one draw of its own: comment -> that draw.

    Without it a label from an audit would train, and one that was drawn to estimate would lose its probability.
    """
    made: dict[str, str] = {}
    for purpose in ("estimate", "train", "audit"):
        here = {label.comment_id: label for label in labels if label.purpose == purpose}
        known = select(schema.draw_item.c.item_id).join(schema.draw, schema.draw.c.id == schema.draw_item.c.draw_id)
        known = known.where(schema.draw.c.purpose == purpose, schema.draw.c.sampler != UNKNOWN)
        there = {name for (name,) in connection.execute(known.where(schema.draw_item.c.item_id.in_(here)))}
        rows_ = [
            {"item_id": name, "stratum": label.stratum, "inclusion": label.inclusion, "rank": 0, "slots": 0}
            for name, label in here.items()
            if name not in there
        ]
        if not rows_:
            continue
        draw = ulid.derived(0, f"labels.csv {purpose}".encode())
        if not connection.scalar(select(schema.draw.c.id).where(schema.draw.c.id == draw)):
            put(connection, unknown_draw(draw, purpose), [])
        _add_drawn(connection, draw, rows_)
        made |= {str(row["item_id"]): draw for row in rows_}
    return made


def _add_drawn(connection: Connection, draw: str, rows_: Iterable[Mapping[str, Any]]) -> None:
    made = [{**row, "draw_id": draw} for row in rows_]
    connection.execute(insert(connection, schema.draw_item).on_conflict_do_nothing(), made)


def _compare(store: Store, kind: str, label: Label) -> str:
    """``new``, ``same``, ``older`` or ``edited``, against what stands."""
    view = "adjudicated" if kind == ADJUDICATED else "label_current"
    who = "" if kind == ADJUDICATED else " AND annotator = :annotator"
    query = f"SELECT stance, flags, note, at FROM {view} WHERE item = :item{who}"  # noqa: S608 - our own words
    values = {"item": label.comment_id} | ({} if kind == ADJUDICATED else {"annotator": label.annotator or "unknown"})
    found = store.rows(query, **values)
    if not found:
        return "older" if _was_decided(store, label) else "new"
    there = found[0]
    if (there["stance"], there["flags"], there["note"]) == (label.stance, " ".join(label.flags), label.note):
        return "same"
    return "older" if label.at < datetime.fromisoformat(there["at"]) else "edited"


def _was_decided(store: Store, label: Label) -> bool:
    """Whether a row is what an event said that does not stand any more: taken back, or on other words."""
    query = "SELECT at FROM event WHERE item = :item AND annotator = :annotator AND stance = :stance"
    values = {"item": label.comment_id, "annotator": label.annotator or "unknown", "stance": label.stance}
    return any(datetime.fromisoformat(row["at"]) == label.at for row in store.rows(query, **values))


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
    for batch in batches(made, _BATCH):
        connection.execute(insert(connection, schema.item).on_conflict_do_nothing(), batch)
