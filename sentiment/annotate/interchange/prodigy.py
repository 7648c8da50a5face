"""Prodigy's JSONL of the ``choice`` interface: one line per comment and annotator."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from sentiment.annotate.interchange.records import PREFIX, Comment, Reader, dump, json_lines, make, stance
from sentiment.records import STANCES

_OPTIONS = [{"id": name, "text": name} for name in STANCES]


def write(comments: Iterator[Comment], file: IO[str]) -> int:
    """Write one line per label; gives the number of comments."""
    count = 0
    for comment in comments:
        count += 1
        for label in comment.labels:
            file.write(dump(_line(comment, label)) + "\n")
    return count


def read(file: IO[str], reader: Reader) -> Iterator[Comment]:
    """Read a dataset of the ``choice`` or of the binary ``classification`` interface; ``ignore`` becomes a skip."""
    for number, line in json_lines(file, reader):
        where = f"line {number}"
        if "text" not in line:
            raise reader.wrong(where, f"no 'text'; it has {', '.join(line)}")
        meta = dict(line.get("meta") or {})
        ours = json.loads(meta.pop(PREFIX)) if PREFIX in meta else {}
        known = ours.get("labels") or [{}]
        label: dict[str, Any] = {
            "annotator": known[0].get("annotator")
            or line.get("_annotator_id")
            or line.get("_session_id")
            or reader.annotator,
            "at": known[0].get("at") or _time(line.get("_timestamp")),
        }
        accepted = line.get("accept") or ([line["label"]] if line.get("label") else [])
        if line.get("answer") == "accept" and len(accepted) == 1:
            label["stance"] = stance(accepted[0], reader, where)
        elif line.get("answer") == "ignore":
            label |= {"kind": "skip", "reason": "cannot decide"}
        else:  # a rejected suggestion says what the comment is not
            reader.problems.append(
                f"{reader.path}, {where}: {line.get('answer')!r} with {len(accepted)} choices, left out"
            )
            continue
        key = f"prodigy-{line['_input_hash']}" if "_input_hash" in line else ""
        yield make(line["text"], ours, [label], ours.get("meta", {}) | meta, key=key)


def _line(comment: Comment, label: dict[str, Any]) -> dict[str, Any]:
    ours = comment.ours() | {"labels": [label], "meta": comment.meta}
    words = zlib.crc32(comment.text.encode("utf-8", "replace"))
    return {
        "text": comment.text,
        "meta": {PREFIX: dump(ours)},
        "options": _OPTIONS,
        "accept": [label["stance"]],
        "answer": "accept",
        "_input_hash": words,
        "_task_hash": zlib.crc32(dump(_OPTIONS).encode(), words),
        "_view_id": "choice",
        "_session_id": f"sentiment-{label['annotator']}",
        "_annotator_id": f"sentiment-{label['annotator']}",
        "_timestamp": int(datetime.fromisoformat(label["at"]).timestamp()),
    }


def _time(seconds: Any) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat() if isinstance(seconds, int | float) else None
