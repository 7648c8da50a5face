"""Label Studio's JSON: a list of tasks with ``data``, ``annotations`` and ``predictions``.

Its labelling configuration is ``<View><Text name="text" value="$text"/><Choices name="stance" toName="text">…</Choices></View>``;
the control must not be named like a key of the data, or the tool's own flat exports overwrite that key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from sentiment.annotate.interchange.records import PREFIX, Comment, Reader, dump, make, stance


def write(comments: Iterator[Comment], file: IO[str]) -> int:
    """Write a list of tasks, one on a line."""
    count = 0
    file.write("[")
    for comment in comments:
        count += 1
        file.write(("\n" if count == 1 else ",\n") + dump(_task(comment, count)))
    file.write("\n]\n")
    return count


def read(file: IO[str], reader: Reader) -> Iterator[Comment]:
    """Read a list of tasks; one that was cancelled becomes a skip."""
    try:
        tasks = json.load(file)
    except ValueError as error:
        raise reader.wrong("as a whole", f"not JSON ({error})") from error
    if not isinstance(tasks, list):
        raise reader.wrong("as a whole", "expected a list of tasks; export as JSON, not as JSON-MIN")
    for number, task in enumerate(tasks, 1):
        where = f"task {number}"
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or "text" not in data:
            raise reader.wrong(where, "no data.text; export as JSON, not as JSON-MIN")
        labels = [found for done in task.get("annotations") or [] for found in _labels(done, reader, where)]
        meta = dict(data[PREFIX].get("meta") or {}) if isinstance(data.get(PREFIX), dict) else {}
        known = ("text", "parent", "title", "quote", PREFIX) if PREFIX in data else ("text", PREFIX)
        meta |= {name: value for name, value in data.items() if name not in known}
        yield make(data["text"], data.get(PREFIX), labels, meta, key=f"labelstudio-{task.get('id', number)}")


def _task(comment: Comment, number: int) -> dict[str, Any]:
    ours = comment.ours() | {"meta": comment.meta}
    data = {
        "text": comment.text,
        "parent": comment.parent,
        "title": comment.page.get("title", ""),
        "quote": comment.quote,
    }
    people = sorted({label["annotator"] for label in comment.labels})
    return {
        "id": number,
        "data": {**data, PREFIX: ours},
        "annotations": [_annotation(label, people) for label in comment.labels],
        "predictions": [],
    }


def _annotation(label: dict[str, Any], people: list[str]) -> dict[str, Any]:
    choice = {"from_name": "stance", "to_name": "text", "type": "choices", "value": {"choices": [label["stance"]]}}
    return {
        "completed_by": people.index(label["annotator"]) + 1,
        "created_at": label["at"],
        "ground_truth": label["kind"] == "adjudicate",
        "lead_time": label["ms"] / 1000 if label.get("ms") is not None else None,
        "result": [choice],
        "unique_id": label["id"],
        "was_cancelled": False,
    }


def _labels(done: dict[str, Any], reader: Reader, where: str) -> Iterator[dict[str, Any]]:
    base = {
        "id": done.get("unique_id"),
        "annotator": _person(done.get("completed_by"), reader),
        "at": done.get("created_at"),
    }
    if done.get("was_cancelled"):
        yield base | {"kind": "skip", "reason": "cannot decide"}
        return
    choices = [name for part in done.get("result") or [] for name in (part.get("value") or {}).get("choices", [])]
    if len(choices) > 1:
        reader.problems.append(f"{reader.path}, {where}: {len(choices)} choices in one annotation, left out")
    elif choices:
        took = done.get("lead_time")
        yield base | {"stance": stance(choices[0], reader, where), "ms": round(took * 1000) if took else None}


def _person(who: Any, reader: Reader) -> str:
    if isinstance(who, dict):
        return str(who.get("email") or who.get("username") or who.get("id") or reader.annotator)
    return reader.annotator if who is None else f"labelstudio-{who}"
