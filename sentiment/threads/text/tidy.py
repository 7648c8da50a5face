"""Takes from the words of posts what the page adds to them: signatures, panels, notes of edits and of likes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from sentiment.threads.text.lines import Line
from sentiment.threads.text.view import empty_of_words, is_profile
from sentiment.threads.text.words import has, opens

SIGNATURE_RULE = ("___", "---", "===", "***", "~~~", "--")
REPEATED = 2
"""Posts of one author in which the same line stands at the same edge: a signature, or the motto of a user panel."""


def tidy(posts: Sequence[tuple[str | None, list[Line]]]) -> None:
    """Shorten the words of posts in place; each comes with its author.

    A post keeps at least one line: one that is nothing but repeated lines said them itself.
    """
    for _, lines in posts:
        _edges(lines)
    repeated = _repeated(posts)
    for author, lines in posts:
        mine = repeated.get(author or "", frozenset())
        _cut(lines, mine)
        _edges(lines)


def _repeated(posts: Sequence[tuple[str | None, list[Line]]]) -> dict[str, frozenset[str]]:
    """For each author the lines that stand in several posts."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for author, lines in posts:
        if author:
            seen[author].update({line.text for line in [*lines[:6], *lines[-12:]]})
    return {
        author: frozenset(text for text, count in counts.items() if count >= REPEATED)
        for author, counts in seen.items()
    }


def _cut(lines: list[Line], repeated: frozenset[str]) -> None:
    own = [line.text not in repeated for line in lines]
    if not any(own):
        return
    last = len(own) - own[::-1].index(True)
    tail = lines[last:]
    # "Thanks!" or "Regards, ann" comes again and again too, but they are the writer's own: a signature is more than that
    if sum(line.words for line in tail) > 4 or any(line.text.startswith(SIGNATURE_RULE) for line in tail):
        del lines[last:]
    first = own.index(True)
    if not any(line.ends_sentence or line.text.endswith(",") for line in lines[:first]):
        del lines[:first]


def _edges(lines: list[Line]) -> None:
    """Drop what is added at both ends, and everything from a signature's rule on."""
    for index, line in enumerate(lines):
        if index and line.text.startswith(SIGNATURE_RULE) and empty_of_words(line) and len(lines) - index <= 12:
            del lines[index:]
            break
    while lines and _added(lines[-1]):
        lines.pop()
    while lines and _added(lines[0]):
        lines.pop(0)


def _added(line: Line) -> bool:
    if empty_of_words(line) and line.text.isascii() and not any(sign in ":;^<?!+" for sign in line.text):
        return True
    if line.is_marker("control", "sort"):
        return True
    if line.words > 40 or not line.folded:
        return False
    if (
        line.words <= 20
        and opens("edited", line.folded)
        and (line.words <= 3 or "#" in line.folded or ":" in line.text)
    ):
        return True
    return has("liked", line.folded) or opens("attached", line.folded) or (is_profile(line) and line.words <= 8)
