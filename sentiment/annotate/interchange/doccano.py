"""doccano's JSONL: ``{"id", "text", "label": […], "Comments": […]}`` with every other key as meta at the top level.

doccano lets a meta key ``id`` or ``data`` overwrite the id or the text, so ours all travel in one key of their own. It knows
neither annotator nor time; what we know of them comes back where the label is still the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from sentiment.annotate.interchange.records import PREFIX, Comment, Reader, dump, json_lines, make, stance


def write(comments: Iterator[Comment], file: IO[str]) -> int:
    """Write one comment on a line, with every stance that somebody gave it."""
    count = 0
    for comment in comments:
        count += 1
        stances = sorted({label["stance"] for label in comment.labels})
        notes = [label["note"] for label in comment.labels if label.get("note")]
        ours = dump(comment.ours() | {"meta": comment.meta})
        file.write(dump({"id": count, "text": comment.text, "label": stances, "Comments": notes, PREFIX: ours}) + "\n")
    return count


def read(file: IO[str], reader: Reader) -> Iterator[Comment]:
    """Read the export of a project, or of one member."""
    for number, line in json_lines(file, reader):
        where = f"line {number}"
        if "text" not in line:
            raise reader.wrong(where, f"no 'text'; it has {', '.join(line)}")
        ours = json.loads(line[PREFIX]) if line.get(PREFIX) else {}
        given = line.get("label", [])
        stances = [stance(name, reader, where) for name in ([given] if isinstance(given, str) else given or [])]
        known = [label for label in ours.get("labels", []) if label.get("stance") in stances]
        new = [name for name in stances if name not in {label["stance"] for label in known}]
        if len(new) > 1:
            reader.problems.append(f"{reader.path}, {where}: {len(new)} labels on one comment, left out")
            new = []
        labels: list[dict[str, Any]] = [*known, *({"stance": name, "annotator": reader.annotator} for name in new)]
        meta = {name: value for name, value in line.items() if name not in ("id", "text", "label", "Comments", PREFIX)}
        yield make(line["text"], ours, labels, ours.get("meta", {}) | meta, key=f"doccano-{line.get('id', number)}")
