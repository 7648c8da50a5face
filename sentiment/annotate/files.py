"""The store as files that people keep and merge, and the store made again from them.

``labels.csv`` is what stands; ``events.jsonl`` is the whole history, ``draws.jsonl`` how comments were drawn,
``items.jsonl`` the comments that either of them names, ``codebooks.jsonl`` the published versions of the codebook and
``annotators.jsonl`` who has an account, without passwords. Lines are sorted by id and unique by it, those of the history
never change, so files from two machines merge by taking the lines of both. The files are the archive, the database is
their index.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from sentiment.annotate import schema
from sentiment.annotate.labels import write_csv
from sentiment.annotate.merging import catch_up, merge
from sentiment.annotate.standing import rows
from sentiment.annotate.store import Store, batches, database_url
from sentiment.errors import AnnotationError, InputError
from sentiment.outputs import whole_file


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
    """Write all files; gives the number of lines of each. What only the files know is taken into the store first."""
    catch_up(store, folder)
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    with whole(folder / "labels.csv") as file:
        counts["labels.csv"] = write_csv(rows(store), file)
    for name, lines in (
        ("events.jsonl", _events(store)),
        ("draws.jsonl", _draws(store)),
        ("items.jsonl", _items(store)),
        ("codebooks.jsonl", _codebooks(store)),
        ("annotators.jsonl", _annotators(store)),
    ):
        with whole(folder / name) as file:
            counts[name] = 0
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
                counts[name] += 1
    return counts


@contextmanager
def whole(path: Path) -> Iterator[IO[str]]:
    """As :func:`sentiment.outputs.whole_file`; what goes wrong is said as a problem of the labels."""
    try:
        with whole_file(path) as file:
            yield file
    except InputError as error:
        raise AnnotationError(f"{error}; the old file is untouched") from error
    except OSError as error:
        raise AnnotationError(f"cannot write {path}: {error.strerror}; the old file is untouched") from error


def _events(store: Store) -> Iterator[dict[str, Any]]:
    return (event.as_dict() for event in store.events())


def _draws(store: Store) -> Iterator[dict[str, Any]]:
    items = schema.draw_item
    for head in store.rows(select(schema.draw).order_by(schema.draw.c.id)):
        query = select(items).where(items.c.draw_id == head["id"]).order_by(items.c.rank)
        yield dict(head)
        for batch in batches(store.stream(query), 1000):
            drawn = [[row["item_id"], row["stratum"], row["inclusion"], row["slots"]] for row in batch]
            yield {"draw": head["id"], "items": drawn}


def _codebooks(store: Store) -> Iterator[dict[str, Any]]:
    return (dict(row) for row in store.rows(select(schema.codebook).order_by(schema.codebook.c.version)))


def _annotators(store: Store) -> Iterator[dict[str, Any]]:
    """Accounts without their passwords: these files are read by many."""
    table = schema.annotator.c
    query = select(table.handle, table.role, table.languages, table.at).order_by(table.handle)
    return (dict(row) for row in store.rows(query))


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
