"""A language model's answer, read as what it is: somebody else's text, of which only four labels and a short reason are taken."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sentiment.records import STANCES

LONGEST_REASON = 160
LONGEST_TEXT = 200_000
"""Characters of an answer that are looked at: a hundred times the longest honest one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A label and why."""

    stance: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer holds."""

    found: dict[str, Answer]
    """Id -> answer, for ids that were asked and labels that there are."""
    refused: dict[str, str]
    """Id -> why there is no usable answer, for ids that were asked and spoken of."""


_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.S)
_LINE = re.compile(r"^[\s\-*\"'`(\[]*(?:id\W+)?(?P<id>[0-9a-f]{6,64})\b[^\w]+(?P<rest>.+)$", re.I)
_FIRST = re.compile(rf"\W*(?:(?:the )?(?:stance|label|answer)\W+(?:is\W+)?|it is\W+)?({'|'.join(STANCES)})\b", re.I)
_WORD = re.compile(r"\w+")


def read(text: str, ids: Sequence[str]) -> Reading:
    """The answers in a model's text: JSON, JSON with talk around it or cut off, lines of id and label, or one label alone.

    Args:
        text: What the model wrote.
        ids: The ids that were asked. Answers for others are dropped: nobody asked for them.
    """
    text = _THOUGHTS.sub("", text[:LONGEST_TEXT])
    said: dict[str, list[Any]] = {}
    for entry in _entries(text):
        said.setdefault(str(entry["id"]), []).append((entry.get("stance"), entry.get("reason")))
    if not said:
        for found in filter(None, map(_LINE.match, text.splitlines())):
            said.setdefault(found["id"].lower(), []).append((_only_label(found["rest"]), ""))
    if not said and len(ids) == 1 and _only_label(text):
        said[ids[0]] = [(_only_label(text), "")]
    return _checked(said, ids)


def clean(reason: object) -> str:
    """A reason that can be shown anywhere: one line, no control or direction signs, short."""
    if not isinstance(reason, str):
        return ""
    line = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in reason[: 4 * LONGEST_REASON])
    line = " ".join(line.split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"


def _checked(said: dict[str, list[Any]], ids: Sequence[str]) -> Reading:
    found: dict[str, Answer] = {}
    refused: dict[str, str] = {}
    for name in ids:
        given = said.get(name, [])
        labels = {_label(stance) for stance, _ in given}
        if not given:
            continue
        if len(labels) > 1:
            refused[name] = "no stance in the answer: two for one comment"
        elif None in labels:
            refused[name] = f"no stance in the answer: {clean(str(given[0][0]))[:40]!r}"
        else:
            found[name] = Answer(str(labels.pop()), clean(given[0][1]))
    return Reading(found, refused)


def _label(value: object) -> str | None:
    word = value.strip().strip(".*\"'`").lower() if isinstance(value, str) else ""
    return word if word in STANCES else None


def _only_label(text: str) -> str | None:
    """The label that a text begins with, if it names no other one: "not in favor" is no answer."""
    found = _FIRST.match(text)
    named = {word.lower() for word in _WORD.findall(text)} & set(STANCES)
    return found[1].lower() if found and len(named) == 1 else None


def _entries(text: str) -> Iterator[dict[str, Any]]:
    """Objects with an id, wherever they stand in the text; a torn one at the end is left out."""
    decoder, at = json.JSONDecoder(), text.find("{")
    while at != -1:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        yield from _with_id(value)
        at = text.find("{", end)


def _with_id(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "id" in value:
            yield value
        elif depth < 3:
            for inner in value.values():
                yield from _with_id(inner, depth + 1)
    elif isinstance(value, list) and depth < 3:
        for inner in value:
            yield from _with_id(inner, depth + 1)
