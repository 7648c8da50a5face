"""Which comment a comment answers, where a plain-text thread shows it in its words; else nobody."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache

from sentiment.assemble import DraftComment
from sentiment.shipped import shipped
from sentiment.threads.text.lines import Line
from sentiment.threads.text.words import opening

_REFERENCE = re.compile(r"^(?:@|#|№|re:?\s*#?|to\s+#|an\s+#|an\s+@)\s*(?P<number>\d{1,5})\b", re.I)
_ADDRESSED = re.compile(r"^@\s?(?P<name>[\w.\- ]{2,40}?)\s*(?:[:,!–-]|\s)")


_SUBJECT = re.compile(r"(?P<re>(?:(?:re|aw|sv|odp|antw|ответ)\s?:\s*)+)?(?P<title>.+)$", re.I)
_BRACKETS = re.compile(r"\s*\(score[^)]*\)$", re.I)
LONGEST_TITLE = 16


def link(comments: Sequence[DraftComment], numbers: Sequence[int | None], *, in_order: bool) -> None:
    """Set ``parent`` where the words show it: ``#3``, ``@name``, else an answer's opening words.

    Args:
        comments: in page order.
        numbers: the number that each comment bears on the page, or None.
        in_order: whether page order is known to be the order of writing. Only then is "Right on" an answer to the
            comment above; in a list whose order nobody states it stays without a parent.
    """
    by_number = {number: index for index, number in enumerate(numbers) if number is not None}
    last_by: dict[str, int] = {}
    for index, comment in enumerate(comments):
        parent = _referred(comment.text, by_number, last_by)
        if parent is None and in_order and index and opens_as_answer(comment.text):
            parent = index - 1
        if comment.parent is None and parent is not None and parent < index:
            comment.parent = parent
        if comment.author:
            last_by[comment.author.casefold()] = index


def _referred(text: str, by_number: dict[int, int], last_by: dict[str, int]) -> int | None:
    if found := _REFERENCE.match(text):
        return by_number.get(int(found["number"]))
    if found := _ADDRESSED.match(text[:60] + " "):
        words = found["name"].casefold()
        # "@ann lee nice" may address "ann lee" or "ann": the longest name that is known
        while words:
            if words in last_by:
                return last_by[words]
            words = words.rpartition(" ")[0]
    return None


def answered(header: Sequence[Line]) -> str | None:
    """Whom a header says that its post answers: ``in reply to ann``, ``Antwort auf bob``."""
    for line in header:
        if line.words <= 12 and (found := opening("answer").match(line.text.casefold().lstrip("@ "))):
            name = line.text.lstrip("@ ")[found.end() :].strip(" \t:@,.#|·•")
            if name and len(found.group().split()) > 1:
                return name
    return None


def by_indent(indents: Sequence[int]) -> list[int | None]:
    """Parents from how far each post is indented: the nearest one before it that stands further left."""
    parents: list[int | None] = []
    chain: list[int] = []
    for index, indent in enumerate(indents):
        while chain and indents[chain[-1]] >= indent:
            chain.pop()
        parents.append(chain[-1] if chain else None)
        chain.append(index)
    return parents


def by_titles(posts: Sequence[Sequence[Line]]) -> list[int | None]:
    """Parents from subject lines: ``Re: Cheap as chips`` answers the last post before with that subject.

    Args:
        posts: for each post the lines among which its subject may stand.
    """
    last: dict[str, int] = {}
    parents: list[int | None] = []
    for index, lines in enumerate(posts):
        titles = [_SUBJECT.match(_BRACKETS.sub("", line.text).strip()) for line in lines if line.words <= LONGEST_TITLE]
        answered_title = next((found["title"].casefold() for found in titles if found and found["re"]), None)
        parents.append(last.get(answered_title) if answered_title else None)
        for found in titles:
            if found:
                last[found["title"].casefold()] = index
    return parents


def by_names(authors: Sequence[str | None], answers: Sequence[str | None]) -> list[int | None]:
    """Parents from the names that headers answer: the last post before by that person."""
    last: dict[str, int] = {}
    parents: list[int | None] = []
    for index, (author, name) in enumerate(zip(authors, answers, strict=True)):
        parents.append(last.get(name.casefold()) if name else None)
        if author:
            last[author.casefold()] = index
    return parents


def opens_as_answer(text: str) -> bool:
    """Whether a comment's first words only make sense as an answer to somebody."""
    start = " ".join(text[:120].replace("’", "'").casefold().split())
    return bool(_openings().match(start))


@cache
def _openings() -> re.Pattern[str]:
    data = tomllib.loads(shipped("sentiment.threads.text", "replies.toml").decode())

    def either(words: list[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    address = rf"(?:(?:{either(data['address'])})[\s,.…!]+)*"
    opening = rf"(?:{either(data['opening'])})(?!\w)"
    particle = rf"(?:{either(data['particle'])})(?:[.!]|,\s+(?!{either(data['not_after_particle'])}))"
    return re.compile(rf"{address}(?:{opening}|{particle})")
