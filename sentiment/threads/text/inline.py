"""Comments whose number, bullet or name stands on the same line as their words, as in ``ann: Nice.`` or ``3) Nice.``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sentiment.threads.dates import find_date
from sentiment.threads.text.anchors import Anchor, longest_run
from sentiment.threads.text.ending import closes
from sentiment.threads.text.headings import headings
from sentiment.threads.text.lines import Line
from sentiment.threads.text.names import SOME_DAY, is_name
from sentiment.threads.text.posts import Post, Thread
from sentiment.threads.text.view import quote_attribution

HEADED_CONFIDENCE = 0.75
GLUED_CONFIDENCE = 0.4
"""Without a heading an interview or a play looks the same: a guess."""
HEADED_SHARE, GLUED_SHARE = 0.4, 0.6
"""Share of lines from the first to the last such line that open a comment; the others go on with one."""
TALK_WORDS, TALK = 4, 0.6
"""Share of nameless entries with more words than the mark and three others, or that end a sentence; of menus a third does."""
GLUED_LEAST = 4
"""Comments that must stand below an article without a heading, by so many different people."""

_ENTRY = re.compile(
    r"^(?P<bullet>(?:[*+>]{1,8}|[•◦▪‣·]|-{1,8}|–|—)\s+)?(?P<mark>(?:\(?(?P<number>\d{1,4})[.):]|\[(?P<boxed>\d{1,4})\]|#(?P<hash>\d{1,4})[.:)]?)\s+)?"
    r"(?:(?P<name>[^\s:(\[][^:(\[]{0,38}?)\s*(?:[(\[](?P<date>[^)\]]{3,40})[)\]]\s*)?(?P<colon>\s[–—-]|:)\s+)?(?=\S)"
)


@dataclass(frozen=True)
class _Entry:
    index: int
    cut: int
    number: int | None
    bullet: bool
    name: str | None
    date: str | None
    depth: int = 0
    """Levels below the first that the bullet shows: ``--`` answers ``-``."""


def find_inline(lines: Sequence[Line], reference: datetime | None) -> Thread | None:
    """The comments of a page that open on the line of their words, or None."""
    best: tuple[Thread, list[_Entry]] | None = None
    for heading in [*reversed(headings(lines)), None]:
        low = 0 if heading is None else heading + 1
        entries = [entry for index in range(low, len(lines)) if (entry := _entry(lines[index], index))]
        for rule, chosen in _kinds(entries):
            found = _thread(lines, chosen, heading, rule, reference)
            if found and (best is None or len(found[1]) > len(best[1])):
                best = found
        if best:
            break
    if best is None:
        return None
    best[0].leads = [(lines[entry.index], entry.cut) for entry in best[1]]
    return best[0]


def _entry(line: Line, index: int) -> _Entry | None:
    head = line.text[:120]
    found = _ENTRY.match(head)
    if not found or not found.end() or quote_attribution(line):
        return None
    name = found["name"]
    if name and (not is_name(name) or len(name.split()) > 3):
        name = None
    date = found["date"] if name and found["date"] and find_date(found["date"], reference=SOME_DAY) else None
    if name and found["date"] and not date:
        name = None
    if name and found["colon"] != ":" and not date:
        name = None
    cut = found.end() if name else max(found.end("mark"), found.end("bullet"))
    number = next((int(found[key]) for key in ("number", "boxed", "hash") if found[key]), None)
    if cut <= 0 or len(line.text) <= cut or not (name or number is not None or found["bullet"]):
        return None
    depth = len((found["bullet"] or "").strip()) - 1
    return _Entry(index, cut, number, bool(found["bullet"]), name, date, max(0, depth))


def _kinds(entries: list[_Entry]) -> list[tuple[str, list[_Entry]]]:
    named = [entry for entry in entries if entry.name]
    numbered = {entry.index: entry for entry in entries if entry.number is not None}
    run = longest_run([Anchor(entry.index, entry.number) for entry in numbered.values()])
    sequence = [numbered[anchor.index] for anchor in run] if run and run[0].number in (0, 1, len(run)) else []
    bulleted = [entry for entry in entries if entry.bullet]
    return [("names before the words", named), ("numbered comments", sequence), ("bulleted comments", bulleted)]


def _thread(
    lines: Sequence[Line], entries: list[_Entry], heading: int | None, rule: str, reference: datetime | None
) -> tuple[Thread, list[_Entry]] | None:
    if not entries:
        return None
    stop = next((i for i in range(entries[0].index, len(lines)) if closes(lines[i])), len(lines))
    entries = [entry for entry in entries if entry.index < stop]
    if heading is None:
        entries = _last_run(entries)
    if not entries or not _credible(lines, entries, heading, stop, rule):
        return None
    posts = []
    for entry, end in zip(entries, [*(entry.index for entry in entries[1:]), stop], strict=True):
        line = lines[entry.index]
        post = Post(entry.index, words=[line], author=entry.name, number=entry.number, indent=line.indent + entry.depth)
        post.words += [other for other in lines[entry.index + 1 : end] if not other.is_marker("control", "sort")]
        if entry.date:
            post.date = find_date(entry.date, reference=reference)
        posts.append(post)
    confidence = HEADED_CONFIDENCE if heading is not None else GLUED_CONFIDENCE
    return Thread(posts, rule, confidence, heading=None if heading is None else lines[heading]), entries


def _last_run(entries: list[_Entry]) -> list[_Entry]:
    """Without a heading only the entries that follow each other closely at the end."""
    run = entries[-1:]
    for entry in reversed(entries[:-1]):
        if run[0].index - entry.index > 3:
            break
        run.insert(0, entry)
    return run


def _credible(lines: Sequence[Line], entries: list[_Entry], heading: int | None, stop: int, rule: str) -> bool:
    share = len(entries) / (stop - entries[0].index)
    people = {entry.name for entry in entries if entry.name}
    said = [lines[entry.index] for entry in entries]
    if not people and sum(line.words > TALK_WORDS or line.ends_sentence for line in said) < TALK * len(said):
        return False  # the items of a menu
    if heading is not None:
        near = entries[0].index - heading <= 4
        enough = len(entries) > 1 or bool(people)
        return near and enough and share >= HEADED_SHARE
    if rule != "names before the words" or len(entries) < GLUED_LEAST or share < GLUED_SHARE:
        return False
    if stop - entries[-1].index > 2 or sum(lines[entry.index].ends_sentence for entry in entries) < 0.5 * len(entries):
        return False
    above = sum(line.words for line in lines[: entries[0].index] if line.prose)
    return len(people) >= max(3, 0.6 * len(entries)) and above >= 20
