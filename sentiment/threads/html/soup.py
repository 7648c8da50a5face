"""What is done to a page's source before it is parsed, so that the time for any page is in proportion to its size."""

from __future__ import annotations

import re

from sentiment.threads.html.names import names

LARGEST = 24_000_000
"""Characters that are read; 50,000 comments of a rich theme are about 20 million. The rest is cut, with a note."""

DEEPEST = 400
"""Levels of tags that are kept. Real pages stay under 100; Lexbor's time is quadratic in the depth (20,000: 1 s)."""

_FEW_TAGS = 10_000
"""Pages with fewer tags cannot cost the parser more than a quarter of a second, whatever their depth."""

MOST_FORMATTING = 12
"""Open font, b, i ... elements: a parser repeats every open one in every following paragraph."""

_LONGEST_TAG = 4_000
_VOID = "area|base|br|col|embed|frame|hr|img|input|link|meta|param|source|track|wbr"
_NAME = re.compile(r"<([a-zA-Z][\w:-]*+)")
_OPTION = re.compile(r"</?opt(?:ion|group)\b[^<>]*>", re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*+)[^<>]*>")
_FORMATTING = names("a b big code em font i nobr s small strike strong tt u")
_VOIDS = frozenset(_VOID.split("|"))
_FLAT = frozenset(f"{_VOID}|p|li|td|th|tr|dd|dt|tbody|thead|tfoot|option|optgroup|colgroup".split("|"))


def mend(content: str) -> tuple[str, list[str]]:
    """The source as an HTML5 parser can read it, and notes on what had to be cut.

    Elements that XML writers close at once (``<div/>``, ``<iframe ... />``) are expanded: an HTML5 parser takes them
    as open and swallows the rest of the page (on 60 XML-serialised threads: post F1 .85 without, .94 with).
    """
    notes = []
    if len(content) > LARGEST:
        notes.append(f"page cut: {len(content):,} characters, {LARGEST:,} read")
        content = content[:LARGEST]
    if "\0" in content:
        content = content.replace("\0", "")
    if "/>" in content:
        content = _expand(content)
    for name in ("select", "SELECT"):
        if f"<{name}" in content:
            content = _without(content, name)
    if content.count("<option") > 100:
        content = _OPTION.sub(" ", content)  # outside a list: the parser is quadratic in unclosed ones
    if _suspicious(content):
        content, cut = _flatten(content)
        if cut:
            notes.append(f"{cut:,} tags deeper than {DEEPEST} levels ignored")
    return content, notes


def _without(content: str, name: str) -> str:
    """The source without the elements of one name, which do not nest; an unclosed one ends with the page."""
    pieces: list[str] = []
    done, start = 0, content.find(f"<{name}")
    close = f"</{name}>"
    while start >= 0:
        pieces.append(content[done:start])
        end = content.find(close, start)
        done = end + len(close) if end >= 0 else len(content)
        start = content.find(f"<{name}", done)
    pieces.append(content[done:])
    return "".join(pieces)


def _expand(content: str) -> str:
    """Write ``<div/>`` as ``<div></div>`` for every element that may have content."""
    pieces: list[str] = []
    done = 0
    at = content.find("/>")
    while at >= 0:
        start = content.rfind("<", max(done, at - _LONGEST_TAG), at)
        if start >= 0 and (content[at - 1] in "\"' \t\n" or _NAME.fullmatch(content, start, at)):
            name = _NAME.match(content, start, at)
            if name and name.group(1).lower() not in _VOIDS and content.find(">", start, at) < 0:
                pieces += (content[done:at], "></", name.group(1), ">")
                done = at + 2
        at = content.find("/>", at + 2)
    pieces.append(content[done:])
    return "".join(pieces)


def _suspicious(content: str) -> bool:
    opening = content.count("<")
    if opening > _FEW_TAGS or (opening > 1_000 and content.count("</") * 3 < opening):
        return True
    fonts = content.count("<font")
    return fonts > 2 * MOST_FORMATTING and fonts > content.count("</font") + 2 * MOST_FORMATTING


def _flatten(content: str) -> tuple[str, int]:
    """Drop the tags below the deepest level that is kept; what stands between them stays."""
    depth = cut = at = formatting = 0
    pieces: list[str] = []
    for found in _TAG.finditer(content):
        closing, name = found.group(1), found.group(2).lower()
        if name in _FLAT:
            continue
        depth += -1 if closing else 1
        if depth < 0:
            depth = 0
        excess = depth > DEEPEST or (closing and depth >= DEEPEST)
        if name in _FORMATTING:
            formatting = max(0, formatting + (-1 if closing else 1))
            excess = excess or formatting > MOST_FORMATTING or (bool(closing) and formatting >= MOST_FORMATTING)
        if excess:
            pieces.append(content[at : found.start()])
            at = found.end()
            cut += 1
    pieces.append(content[at:])
    return "".join(pieces), cut
