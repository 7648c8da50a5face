"""Argilla's records, as ``Record.to_dict`` gives them: fields, metadata, suggestions and responses by question."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import IO, Any

from sentiment.annotate.interchange.records import PREFIX, Comment, Reader, dump, json_lines, make, stance


def write(comments: Iterator[Comment], file: IO[str]) -> int:
    """Write a list of records, one on a line."""
    count = 0
    file.write("[")
    for comment in comments:
        count += 1
        file.write(("\n" if count == 1 else ",\n") + dump(_record(comment)))
    file.write("\n]\n")
    return count


def read(file: IO[str], reader: Reader) -> Iterator[Comment]:
    """Read a list of records, or one record on each line; what was discarded becomes a skip, a draft is left out."""
    for number, record in _records(file, reader):
        where = f"record {number}"
        fields = record.get("fields") or {}
        if "text" not in fields:
            raise reader.wrong(where, f"no field 'text'; it has {', '.join(fields) or 'none'}")
        metadata = dict(record.get("metadata") or {})
        ours = json.loads(metadata.pop(PREFIX)) if PREFIX in metadata else {}
        people = {_user(label["annotator"]): label["annotator"] for label in ours.get("labels", [])}
        labels = []
        for answer in (record.get("responses") or {}).get("stance", []):
            status = answer.get("status", "submitted")  # older exports have none
            label: dict[str, Any] = {
                "annotator": people.get(answer.get("user_id")) or str(answer.get("user_id") or reader.annotator)
            }
            if status == "submitted":
                labels.append(label | {"stance": stance(answer.get("value"), reader, where)})
            elif status == "discarded":
                labels.append(label | {"kind": "skip", "reason": "cannot decide"})
        meta = ours.get("meta", {}) | metadata
        yield make(fields["text"], ours, labels, meta, key=f"argilla-{record.get('id') or number}")


def _record(comment: Comment) -> dict[str, Any]:
    answers = [
        {"value": label["stance"], "user_id": _user(label["annotator"]), "status": "submitted"}
        for label in comment.labels
    ]
    fields = {"text": comment.text, "parent": comment.parent, "title": comment.page.get("title", "")}
    return {
        "id": comment.id,
        "fields": fields,
        "metadata": {PREFIX: dump(comment.ours() | {"meta": comment.meta})},
        "suggestions": {},
        "responses": {"stance": answers},
        "vectors": {},
        "status": "completed",
        "_server_id": None,
    }


def _user(annotator: str) -> str:
    """Argilla knows its users by UUID; the same name gives the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{PREFIX}:{annotator}"))


def _records(file: IO[str], reader: Reader) -> Iterator[tuple[int, dict[str, Any]]]:
    start = file.read(1)
    file.seek(0)
    if start != "[":
        yield from json_lines(file, reader)
        return
    try:
        found = json.load(file)
    except ValueError as error:
        raise reader.wrong("as a whole", f"not JSON ({error})") from error
    yield from enumerate(found, 1)
