"""The line that announces the comments: ``Comments``, ``5 thoughts on “A title”``, ``Eine Antwort auf ...``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sentiment.threads.markers import fold
from sentiment.threads.text.lines import Line
from sentiment.threads.text.words import opening, opens, words

LONGEST = 30
"""Words of the longest heading: a count and the article's title in quotes."""
MOST = 3
"""Headings that are tried: a page has two or three ("32 comments" at the top, "Comments" above them, a widget)."""


def headings(lines: Sequence[Line]) -> list[int]:
    """Indices of the lines that may open the comments, in page order.

    A heading that is also a button (German ``Antworten``) counts only with a number, and one that comes again and again
    is none.
    """
    found = [index for index, line in enumerate(lines) if is_heading(line)]
    often = Counter(lines[index].folded for index in found)
    once = [index for index in found if often[lines[index].folded] <= 2]
    counted = [index for index in once if "#" in lines[index].folded or lines[index].words > 2]
    return sorted({*counted[-2:], *once[-MOST:]})[-MOST - 1 :]


def is_heading(line: Line) -> bool:
    """Whether a line may open the comments; looked at once for each line."""
    if line.announces is None:
        line.announces = _announces(line)
    return line.announces


def _announces(line: Line) -> bool:
    if line.words > LONGEST or not line.folded:
        return False
    if line.links and "#" not in line.folded and line.raw.lstrip()[:1] in "-*+" and "#" not in line.links[0][1]:
        return False  # "Opinion" among the links of a menu leads to a section
    folded = line.folded.rstrip("^ ↓▼»")
    if line.text.startswith("#"):  # a heading in Markdown
        folded = fold(line.text.lstrip("# "))
    parts = [fold(part) for part in line.text.split("|")]
    if len(parts) > 1 and any("#" in part and part in words("heading") for part in parts):
        return True
    if folded in words("heading"):
        return folded not in words("control") and not (opens("empty", folded))
    found = opening("heading").match(folded)
    if found is None or (line.text.endswith((".", "!", "?")) and line.words > 8):
        return False
    return "#" in found.group() or found.group().split()[-1] in words("about")


def declared(line: Line) -> int | None:
    """The number of comments that a heading states, or None."""
    text = next((part for part in line.text.split("|") if _counts(part)), None)
    if text is None:
        return None
    digits = ""
    for sign in text:
        if sign.isdigit():
            digits += sign
        elif digits and sign not in ".,\xa0":
            break
    return int(digits) if digits and len(digits) < 7 else None


def _counts(text: str) -> bool:
    found = opening("heading").match(fold(text))
    return found is not None and "#" in found.group()
