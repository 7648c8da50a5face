"""The labels that stand, out of the store: rows for ``labels.csv``, records for the report, comments that await a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sentiment.annotate.labels import ADJUDICATED, Labels, gold, to_label
from sentiment.annotate.store import Store, database_url

# Walks the comments in the order of the file, so that nothing has to be sorted or held in memory. CROSS JOIN keeps SQLite
# to that order; for PostgreSQL it means the same as JOIN.
_ROWS = f"""
    SELECT i.id AS comment_id, i.page_id, i.language, l.stance, l.flags, l.annotator, l.at, l.codebook, l.kind, l.note,
           d.purpose, d.inclusion, d.stratum, i.text, i.quote, i.parent_id, l.id AS event_id
    FROM item i CROSS JOIN (
        SELECT item, id, stance, flags, annotator, at, codebook, 'label' AS kind, note FROM label_current
        UNION ALL
        SELECT item, id, stance, flags, annotator, at, codebook, '{ADJUDICATED}', note FROM adjudicated
    ) l LEFT JOIN item_draw d ON d.item_id = i.id
    WHERE l.item = i.id
    ORDER BY i.page_id, i.id, l.kind, l.annotator
"""  # noqa: S608 - a constant


def rows(store: Store) -> Iterator[Mapping[str, Any]]:
    """Every label that stands, one row per comment and annotator, sorted by page, comment, kind and annotator."""
    return store.stream(_ROWS)


def from_store(folder: Path, url: str | None = None) -> Labels:
    """The labels that count, for the report.

    Raises:
        AnnotationError: the database cannot be read.
    """
    store = Store(database_url(folder, url), folder.name)
    try:
        return gold((row["kind"], to_label(row, "the store")) for row in rows(store))
    finally:
        store.close()


def undecided(store: Store) -> list[str]:
    """Comments whose annotators differ and that nobody has adjudicated, in the order of the pages."""
    query = """
        SELECT l.item FROM label_current l JOIN item i ON i.id = l.item
        WHERE NOT EXISTS (SELECT 1 FROM gold g WHERE g.item = l.item)
        GROUP BY l.item, i.page_id, i.position ORDER BY i.page_id, i.position, l.item
    """
    return [row["item"] for row in store.rows(query)]


def training_rows(store: Store, *, audit: bool) -> Iterator[dict[str, Any]]:
    """Comments with their gold label as ``sentiment train`` and ``sentiment evaluate`` take them.

    Args:
        store: where they lie.
        audit: the comments of audit draws, which evaluate and never train; else all others.
    """
    query = """
        SELECT g.item AS id, i.page_id AS page, i.language, p.outlet, p.title,
               COALESCE((SELECT q.text FROM item q WHERE q.id = i.parent_id), '') AS parent_text, i.quote, i.text, g.stance
        FROM gold g JOIN item i ON i.id = g.item JOIN page p ON p.id = i.page_id ORDER BY i.page_id, i.position, i.id
    """
    kept = {
        row["item_id"]
        for row in store.rows(
            "SELECT DISTINCT d.item_id FROM draw_item d JOIN draw w ON w.id = d.draw_id WHERE w.purpose = 'audit'"
        )
    }
    for row in store.stream(query):
        if (row["id"] in kept) == audit:
            yield dict(row)
