"""The stretch of lines that is the article: most running text, least furniture."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sentiment.threads.text.lines import Line
from sentiment.threads.text.words import has, opens, words

LONGEST_WEIGHT = 50
"""Words of a paragraph that count; a page's longest paragraph would else outweigh its menu and pull it in."""
SHORT, MIDDLE, FURNITURE, FORM = -4, -2, -8, -40
"""Weights of a short line, of a headline, and of known furniture. Lists inside articles have up to ten short lines, which a
paragraph on both sides carries; menus and lists of teasers have more, or nothing behind them."""
MAIN = 0.5
"""Share of the article's weight behind which "About the author" or "Related" ends it."""


DOMAIN = re.compile(r"^(?:https?://)?(?:www\.)?((?:[\w-]+\.)+[a-z]{2,10})/?$", re.I)
COPYRIGHT = re.compile(
    r"^(?:©|\(c\)|copyright\b\s*©?)\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?\s*,?\s*(?P<name>[^\d©|,.]{2,40}?)\s*(?:[|,.]|\d{4}|$)",
    re.I,
)
_CHANNEL = re.compile(
    r"\b(?:whatsapp|telegram|facebook|instagram|twitter|youtube|newsletter|google news|tiktok|вконтакте|телеграм\w*|rss|discord)\b",
    re.I,
)
_PROMOTION = re.compile(
    r"\b(?:follow|join|subscribe|sign up|save|coupons?|offers?|deals|like us|share|seguici|seguiteci|iscriviti|unisciti|offerte|sconti|condividi"
    r"|folg\w*|abonnier\w*|teilen|angebote|подпи\w+|присоедин\w+|поделит\w+|suscr\w+|síguenos|suivez|abonnez|obserwuj|dołącz|siga|volg|takip)\b",
    re.I,
)


def weight(line: Line) -> int:
    """How much a line speaks for running text (in words), or against it."""
    if line.is_marker("form", "empty"):
        return FORM
    if is_furniture(line):
        return FURNITURE
    if line.prose:
        return min(line.words, LONGEST_WEIGHT)
    if line.ends_sentence and line.words >= 3:
        return line.words
    return MIDDLE if line.words > 6 else SHORT


def is_furniture(line: Line) -> bool:
    """Lines by which a page steers, shares, credits or promotes."""
    if line.is_marker("page", "footer", "form", "form_line", "control", "sort", "empty", "heading") or after(line):
        return True
    if line.text.startswith("©") or DOMAIN.match(line.text) or COPYRIGHT.match(line.text[:200]):
        return True
    if line.words > 40 or not line.folded:
        return False
    if line.words <= 30 and _PROMOTION.search(line.text) and _CHANNEL.search(line.text):
        return True
    return opens("teaser", line.folded) or (
        line.words <= 14 and (opens("credit", line.folded) or has("credit", line.folded))
    )


def after(line: Line) -> bool:
    """A line that opens what stands below an article: its author's life, its tags, related articles."""
    if not line.folded:
        return False
    if line.folded in words("after"):
        return True
    return line.words <= 40 and opens("after", line.folded) and (":" in line.text[:40] or line.words <= 12)


def main_region(lines: Sequence[Line]) -> tuple[int, int] | None:
    """First and last index of the article's paragraphs, or None where no line reads as one."""
    best, best_span = 0, None
    total, start = 0, 0
    for index, line in enumerate(lines):
        if total <= 0:
            total, start = 0, index
        total += weight(line)
        if total > best:
            best, best_span = total, (start, index)
    if best_span is None:
        return None
    first, last = best_span
    reached = 0
    for index in range(first, last + 1):
        if after(lines[index]) and reached >= MAIN * best:
            last = index - 1
            break
        reached += max(0, weight(lines[index]))
    while last > first and weight(lines[last]) < 0:
        last -= 1
    return first, last
