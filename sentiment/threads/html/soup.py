"""What is done to a page's source before it is parsed, so that the time for any page is in proportion to its size."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sentiment.threads.html.names import names

LARGEST = 24_000_000
"""Characters that are read; 50,000 comments of a rich theme are about 20 million. The rest is cut, with a note."""

DEEPEST = 400
"""Levels of tags that are kept. Real pages stay under 100; Lexbor's time is quadratic in the depth (20,000: 1 s)."""

_FEW_TAGS = 10_000
"""Pages with fewer tags cannot cost the parser more than a quarter of a second, whatever their depth."""

_ANY_DEPTH = 3_000
"""Tags of a page whose depth does not matter: all of them open cost 0.03 s."""

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
_UNREAD = re.compile(
    r"<(?:(!--)|(script|style|svg|select|SCRIPT|STYLE|SVG|SELECT)(?![\w:-])|(option|OPTION)(?![\w:-])|(font|FONT)(?![\w:-]))"
)
_DATA_TYPE = re.compile(r"type\s*=\s*[\"']?([^\"'<>]*json[^\"'<>\s]*)", re.I)

STATE = "__APOLLO_STATE__"
"""The name to which a script of Medium's assigns its data; stands instead of a type."""
_STATE_WITHIN = 200


@dataclass(slots=True)
class Source:
    """A page's source as the parser gets it."""

    text: str
    scripts: list[tuple[str, str]] = field(default_factory=list)
    """Type (or the name that it is assigned to) and text of the scripts that hold data."""
    notes: list[str] = field(default_factory=list)
    """What had to be cut."""


def mend(content: str) -> Source:
    """The source as an HTML5 parser can read it, without the parts that hold no text for readers.

    Elements that XML writers close at once (``<div/>``, ``<iframe ... />``) are expanded: an HTML5 parser takes them
    as open and swallows the rest of the page (on 60 XML-serialised threads: post F1 .85 without, .94 with).
    """
    notes = []
    if len(content) > LARGEST:
        notes.append(f"page cut: {len(content):,} characters, {LARGEST:,} read")
        content = content[:LARGEST]
    if "\0" in content:
        content = content.replace("\0", "")
    stripped = _Stripped(content)
    content = stripped.text
    if "/>" in content:
        content = _expand(content)
    if stripped.options > 100:
        content = _OPTION.sub(" ", content)  # outside a list: the parser is quadratic in unclosed ones
    if _suspicious(content, stripped.fonts):
        content, cut = _flatten(content)
        if cut:
            notes.append(f"{cut:,} tags deeper than {DEEPEST} levels ignored")
    return Source(content, stripped.scripts, notes)


class _Stripped:
    """A source without comments, scripts, styles, drawings and lists of choices, found in one pass.

    They are half of a page, and whatever is done after this would look at them again.
    """

    def __init__(self, content: str) -> None:
        self.scripts: list[tuple[str, str]] = []
        self.options = self.fonts = 0
        self._missing: set[str] = set()
        self._left_until = 0
        pieces: list[str] = []
        done = at = 0
        search = _UNREAD.search
        while found := search(content, at):
            at = found.end()
            kind = found.lastindex
            if kind == 3:
                self.options += 1
            elif kind == 4:
                self.fonts += 1
            else:
                start = found.start()
                end = self._end_of_comment(content, start) if kind == 1 else self._end_of(content, found)
                if end > 0:
                    pieces.append(content[done:start])
                    done = at = end
        pieces.append(content[done:])
        self.text = "".join(pieces)

    def _end_of_comment(self, content: str, start: int) -> int:
        """Behind a comment; -1 if nothing closes it. ``<!-->`` is a whole one."""
        end = self._find(content, "-->", start + 2)
        return end + 3 if end >= 0 else -1

    def _end_of(self, content: str, opened: re.Match[str]) -> int:
        """Behind an element that does not nest; -1 where the parser has to see for itself where it ends."""
        name, start = opened.group(2), opened.end()
        if start < self._left_until:
            return -1
        end = self._find(content, f"</{name}", start)
        if end < 0:
            end = self._find(content, f"</{name.swapcase()}", start)
        kind = name.lower()
        if end < 0:
            return len(content) if kind == "select" else -1  # what the parser makes of it
        text = content[start:end]
        if kind == "script":
            self._keep(text)
        nested = "<svg" in text if kind == "svg" else kind == "script" and "<!--" in text and "<script" in text
        if nested:  # the end may be one that belongs inside; until there nothing is looked at twice
            self._left_until = end
            return -1
        return content.find(">", end) + 1

    def _keep(self, script: str) -> None:
        """Keep a script that holds data; its attributes, a ``>`` and its text are given."""
        head, _, data = script.partition(">")
        if "json" in head and (found := _DATA_TYPE.search(head)):
            self.scripts.append((found.group(1), data))
        elif STATE in data[:_STATE_WITHIN]:
            self.scripts.append((STATE, data))

    def _find(self, content: str, what: str, start: int) -> int:
        """Like ``str.find``; what is not there is looked for once, not from every place."""
        if what in self._missing:
            return -1
        end = content.find(what, start)
        if end < 0:
            self._missing.add(what)
        return end


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


def _suspicious(content: str, fonts: int) -> bool:
    """Whether a page is so large, or leaves so much open, that its depth must be looked at."""
    opening = content.count("<")
    if opening > _FEW_TAGS or (opening > _ANY_DEPTH and content.count("</") * 3 < opening):
        return True
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
