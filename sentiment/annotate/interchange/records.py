"""A comment with its labels as it travels: the one shape that every format is turned into and made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import IO, Any

from sqlalchemy import select

from sentiment.annotate import schema, ulid
from sentiment.annotate.database import writing
from sentiment.annotate.events import FIELDS, Event, check
from sentiment.annotate.labels import ADJUDICATED
from sentiment.annotate.store import Store, batches, clean, insert, item_row, sha256
from sentiment.errors import AnnotationError
from sentiment.records import STANCES

PREFIX = "sentiment"
"""The key under which everything of ours travels that a format has no place for."""


@dataclass(slots=True)
class Comment:
    """A comment and the labels on it."""

    id: str
    text: str
    labels: list[dict[str, Any]]
    """Each: stance, annotator, at, and whatever else of an event is known (:data:`~sentiment.annotate.events.FIELDS`)."""
    language: str = "und"
    quote: str = ""
    parent: str = ""
    page: dict[str, Any] = field(default_factory=dict)
    position: int = 0
    parent_id: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    """What the file said beside it, under whatever names; goes out again as it came in."""

    def ours(self) -> dict[str, Any]:
        """What has no place of its own in other formats."""
        return {
            "id": self.id,
            "language": self.language,
            "quote": self.quote,
            "page": self.page,
            "position": self.position,
            "parent_id": self.parent_id,
            "labels": self.labels,
        }


@dataclass(frozen=True, slots=True)
class Reader:
    """How a file is read."""

    path: str
    annotator: str
    problems: list[str]

    def wrong(self, where: object, what: str) -> AnnotationError:
        """An error that names the place."""
        return AnnotationError(f"{self.path}, {where}: {what}")


def make(text: Any, ours: Any, given: Iterable[Mapping[str, Any]], meta: dict[str, Any], *, key: str = "") -> Comment:
    """A comment from a foreign record.

    Args:
        text: its words.
        ours: what stands under :data:`PREFIX`, if anything.
        given: stance and annotator as the foreign program shows them; they win where they differ from ours.
        meta: everything else that is to come back.
        key: the foreign id, where there is none of ours.
    """
    known = ours if isinstance(ours, dict) else {}
    before = [dict(label) for label in known.get("labels") or []]
    labels = []
    for label in given:
        same = [old for old in before if _same(old, label)]
        if same:
            before.remove(same[0])
        new = {name: value for name, value in label.items() if value is not None and name != "id"}
        labels.append(same[0] if same else new)
    return Comment(
        id=str(known.get("id") or key or sha256(str(text))[:20]),
        text=str(text),
        labels=labels,
        language=str(known.get("language") or "und"),
        quote=str(known.get("quote") or ""),
        page=known.get("page") or {},
        position=int(known.get("position") or 0),
        parent_id=known.get("parent_id"),
        meta=meta,
    )


def _same(old: Mapping[str, Any], label: Mapping[str, Any]) -> bool:
    by = "id" if label.get("id") else "annotator"
    return old.get(by) == label.get(by) and old.get("stance") == label.get("stance")


_ROWS = f"""
    SELECT i.id, i.text, i.language, i.quote, i.position, i.parent_id, i.meta, i.page_id, p.outlet, p.title, p.url,
           p.language AS page_language, COALESCE((SELECT q.text FROM item q WHERE q.id = i.parent_id), '') AS parent,
           e.*, s.flags AS flags_now, s.note AS note_now
    FROM item i CROSS JOIN (
        SELECT item, id, flags, note, '0label' AS sort FROM label_current
        UNION ALL SELECT item, id, flags, note, '{ADJUDICATED}' FROM adjudicated
    ) s JOIN event e ON e.id = s.id JOIN page p ON p.id = i.page_id
    WHERE s.item = i.id
    ORDER BY i.page_id, i.id, s.sort, e.annotator, e.id
"""  # noqa: S608 - a constant


def from_store(store: Store) -> Iterator[Comment]:
    """Every comment that has a label, with all of them, page by page."""
    query = _ROWS.replace("SELECT i.id,", "SELECT i.id AS comment_id,")
    for comment_id, group in groupby(store.stream(query), key=lambda row: row["comment_id"]):
        rows = list(group)
        first = rows[0]
        page = {"id": first["page_id"], "outlet": first["outlet"], "title": first["title"], "url": first["url"]}
        yield Comment(
            id=comment_id,
            text=first["text"],
            labels=[_label(row) for row in rows],
            language=first["language"],
            quote=first["quote"],
            parent=first["parent"],
            page=page | {"language": first["page_language"]},
            position=first["position"],
            parent_id=first["parent_id"],
            meta=json.loads(first["meta"]),
        )


def take(store: Store, comments: Iterable[Comment], form: str, reader: Reader) -> tuple[int, int, int]:
    """Put comments and their labels into the store; gives comments, new events, and labels that were known."""
    count = events = known = 0
    for batch in batches(comments, 200):
        rows = [_item(comment) for comment in batch]
        pages = {row["page_id"]: _page(row["page_id"], comment.page) for row, comment in zip(rows, batch, strict=True)}
        with writing(store.engine) as connection:
            connection.execute(insert(connection, schema.page).on_conflict_do_nothing(), list(pages.values()))
            connection.execute(insert(connection, schema.item).on_conflict_do_nothing(), rows)
        there = _words(store, [row["id"] for row in rows])
        for comment, row in zip(batch, rows, strict=True):
            if there[row["id"]] != row["text_sha256"]:
                reader.problems.append(
                    f"comment {comment.id} has other words here; its labels are kept but do not count"
                )
            made = [_event(label, row, form) for label in comment.labels]
            fresh = [event for event in made if not _stands(store, event)]
            added = store.add_events(fresh)
            events += added
            known += len(made) - added
        count += len(batch)
    return count, events, known


def _words(store: Store, items: list[str]) -> dict[str, str]:
    query = select(schema.item.c.id, schema.item.c.text_sha256).where(schema.item.c.id.in_(items))
    return {row["id"]: row["text_sha256"] for row in store.rows(query)}


def json_lines(file: IO[str], reader: Reader) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file with one on each line, with the numbers of the lines."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise reader.wrong(f"line {number}", f"not JSON ({error})") from error
        if not isinstance(found, dict):
            raise reader.wrong(f"line {number}", f"expected an object, found {type(found).__name__}")
        yield number, found


def stance(value: Any, reader: Reader, where: object) -> str:
    """A stance as we name it.

    Raises:
        AnnotationError: there is none of that name.
    """
    name = str(value).strip().lower()
    if name not in STANCES:
        raise reader.wrong(where, f"unknown label {value!r}; it must be one of {', '.join(STANCES)}")
    return name


def dump(value: Any) -> str:
    """JSON on one line, keys sorted, so that the same thing gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _label(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: row[name] for name in FIELDS if row[name] not in (None, "")}
    found |= {"flags": row["flags_now"], "note": row["note_now"]}
    return {
        name: value
        for name, value in found.items()
        if name not in ("item", "client") and value not in (None, "", "none")
    }


def _item(comment: Comment) -> dict[str, Any]:
    return item_row(
        id=comment.id,
        page_id=str(comment.page.get("id") or ""),
        parent_id=comment.parent_id,
        position=comment.position,
        language=comment.language,
        text=comment.text,
        quote=comment.quote,
        meta=dump(comment.meta),
    )


def _page(name: str, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "outlet": clean(str(known.get("outlet") or "unknown")),
        "title": clean(str(known.get("title") or "")),
        "url": clean(str(known.get("url") or "")),
        "language": str(known.get("language") or "und"),
        "body": "",
    }


def _event(label: Mapping[str, Any], row: Mapping[str, Any], form: str) -> Event:
    at = str(label.get("at") or datetime.now(UTC).isoformat(timespec="milliseconds"))
    if at.endswith("Z"):
        at = at[:-1] + "+00:00"
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise AnnotationError(f"{at!r} is not an ISO 8601 time") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
        at = moment.isoformat()
    cells = {name: label[name] for name in FIELDS if label.get(name) not in (None, "")}
    kind = cells.get("kind", "import")
    content = dump([row["id"], label.get("annotator"), label.get("stance"), at if label.get("at") else ""])
    base = {
        "id": ulid.derived(round(moment.timestamp() * 1000), content.encode()),
        "kind": kind,
        "text_sha256": row["text_sha256"],
        "origin": "" if label.get("id") else form,
    }
    event = Event(**{**base, **cells, "at": at, "item": row["id"]})
    check(event)
    return event


def _stands(store: Store, event: Event) -> bool:
    """Whether this annotator's label stands already as the file says."""
    if event.kind == "adjudicate":
        return False
    query = "SELECT stance, flags, note FROM label_current WHERE item = :item AND annotator = :annotator"
    found = store.rows(query, item=event.item, annotator=event.annotator)
    return bool(found) and (found[0]["stance"], found[0]["flags"], found[0]["note"]) == (
        event.stance,
        event.flags,
        event.note,
    )
