"""A plain CSV table, one row per label: for spreadsheets and for everything that reads tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import IO

from sentiment.annotate.interchange.records import PREFIX, Comment, Reader, dump, make, stance
from sentiment.cells import row_writer, unguard

COLUMNS = (
    "comment_id", "text", "stance", "annotator", "at", "flags", "note", "codebook", "language",
    "outlet", "title", "url", "parent", "quote", PREFIX,
)  # fmt: skip
_FOREIGN = ("comment_id", "id", "text", "stance", "label", "annotator", "at", "language", PREFIX)


def write(comments: Iterator[Comment], file: IO[str]) -> int:
    """Write one row per label; gives the number of comments."""
    put = row_writer(file)
    put(COLUMNS)
    count = 0
    for comment in comments:
        count += 1
        about = {"comment_id": comment.id, "text": comment.text, "parent": comment.parent, "quote": comment.quote}
        about |= {"language": comment.language} | {
            name: comment.page.get(name, "") for name in ("outlet", "title", "url")
        }
        for label in comment.labels:
            ours = dump(comment.ours() | {"labels": [label], "meta": comment.meta})
            row = {**about, **{name: label.get(name, "") for name in COLUMNS if name in label}, PREFIX: ours}
            put([str(row.get(name, "")) for name in COLUMNS])
    return count


def read(file: IO[str], reader: Reader) -> Iterator[Comment]:
    """Read a table with at least ``text`` and ``stance`` (or ``label``); other columns come back on export."""
    csv.field_size_limit(2**31 - 1)
    rows = csv.DictReader(file)
    there = rows.fieldnames or []
    named = "stance" if "stance" in there else "label"
    if missing := [name for name in ("text", named) if name not in there]:
        raise reader.wrong("line 1", f"no column {', '.join(missing)}; it has {', '.join(there) or 'nothing'}")
    for number, cells in enumerate(rows, 2):
        row = {name: unguard(cell or "") for name, cell in cells.items() if name}
        ours = json.loads(row[PREFIX]) if row.get(PREFIX) else {}
        label = {
            "stance": stance(row[named], reader, f"row {number}"),
            "annotator": row.get("annotator") or reader.annotator,
        }
        if row.get("at"):
            label["at"] = row["at"]
        meta = ours.get("meta", {}) if ours else {name: cell for name, cell in row.items() if name not in _FOREIGN}
        found = make(row["text"], ours, [label], meta, key=row.get("comment_id") or row.get("id") or "")
        if not ours:
            found.language = row.get("language") or "und"
        yield found
