"""Our own export reads back: the same pages and comments, with the ids that labels refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sentiment.records import UNKNOWN_LANGUAGE, UNKNOWN_OUTLET, Page
from sentiment.sources.blob import Blob
from sentiment.sources.dates import machine_date
from sentiment.sources.gather import Found, Thread, page

RULE = "export"

_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")


def restore(cell: str) -> str:
    """A cell as it was before the export made sure that no spreadsheet takes it for a formula."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def pages(blob: Blob, rows: list[dict[str, object]]) -> Iterator[Page]:
    """The pages of an export, in the order of their first rows."""
    by_page: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        cells = {name: "" if cell is None or cell != cell else str(cell) for name, cell in row.items()}
        by_page.setdefault(cells["page_id"], []).append(cells)
    for page_id, cells_of_page in by_page.items():
        yield _page(blob, page_id, sorted(cells_of_page, key=_position))


def _position(cells: dict[str, str]) -> float:
    try:
        return float(cells["position"])
    except ValueError:
        return float("inf")


def _page(blob: Blob, page_id: str, rows: list[dict[str, str]]) -> Page:
    first = rows[0]
    rows = list({row["comment_id"]: row for row in rows if row["text"].strip()}.values())
    outlet = first.get("outlet", "")
    thread = Thread(
        key=page_id,
        url=first.get("url") or None,
        title=first.get("title") or None,
        outlet=outlet if outlet != UNKNOWN_OUTLET else None,
        comments=[_found(row) for row in rows],
    )
    made = page(blob, thread, RULE)
    return replace(
        made,
        id=page_id,
        source=f"{blob.source}::{page_id}",
        outlet=outlet or made.outlet,
        language=first.get("page_language") or UNKNOWN_LANGUAGE,
        comments=tuple(
            replace(
                comment,
                id=row["comment_id"],
                page_id=page_id,
                parent_id=row.get("parent_id") or None,
                language=row.get("language") or UNKNOWN_LANGUAGE,
            )
            for comment, row in zip(made.comments, rows, strict=True)
        ),
    )


def _found(row: dict[str, str]) -> Found:
    return Found(
        text=row["text"],
        quote=row.get("quote", ""),
        id=row["comment_id"],
        parent=row.get("parent_id") or None,
        author=row.get("author") or None,
        date=machine_date(row.get("date")),
    )
