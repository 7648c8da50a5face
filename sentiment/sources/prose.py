"""The HTML of a comment becomes plain text: line breaks kept, block quotes apart, scripts and frames gone."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

_MARKUP = re.compile(r"<[a-z!/]|&(?:[a-z]+|#x?[0-9a-f]+);", re.I)
_BREAKS_BY_TAG = re.compile(r"<(?:p|br|div)\b", re.I)
_PARAGRAPHS = frozenset(("p", "blockquote", "pre", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr"))
_LINES = frozenset(("div", "li", "tr", "dt", "dd", "figure", "figcaption", "section", "article"))
_DROPPED = frozenset(("script", "style", "iframe", "object", "noscript", "template", "head"))
_QUOTES = frozenset(("blockquote",))
_LINE, _PARAGRAPH, _BR = "\x01", "\x02", "\n"  # breaks until it is known which of them meet
_BREAKS = re.compile(f" ?[{_LINE}{_PARAGRAPH}{_BR}][ {_LINE}{_PARAGRAPH}{_BR}]*")
_NESTED = 250  # levels of tags below which the parser gives no text; no person writes so


@dataclass(frozen=True, slots=True)
class Prose:
    """A writer's own words, and what they quote."""

    text: str
    quote: str = ""


def prose(markup: str, *, newlines: bool = False) -> Prose:
    """Give the words of a piece of HTML.

    Args:
        markup: HTML, or text without any.
        newlines: line ends of the source are line breaks (WordPress keeps comments so) unless tags make them.
    """
    markup = markup.replace("\x00", "").strip()
    if not _MARKUP.search(markup):
        return Prose(tidy(markup) if newlines else " ".join(markup.split()))
    if newlines and not _BREAKS_BY_TAG.search(markup):
        markup = re.sub(r"\r?\n", "<br>", markup)
    return _walk(markup)


def split_quoted_lines(text: str) -> Prose:
    """Set lines that begin with ``>``, as in mails, apart as the quote."""
    own: list[str] = []
    quoted: list[str] = []
    for line in text.split("\n"):
        (quoted if line.lstrip().startswith(">") else own).append(line)
    if not quoted:
        return Prose(tidy(text))
    return Prose(tidy("\n".join(own)), tidy("\n".join(line.lstrip("> \t") for line in quoted)))


def tidy(text: str) -> str:
    """Text without blanks at line ends and with at most one empty line in a row."""
    lines = "\n".join(line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _walk(markup: str) -> Prose:
    from lxml import etree  # here, because plain tables need none of it

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # nothing but comments
        root = None
    if root is None:
        return _without_tags(markup)
    own: list[str] = []
    quoted: list[str] = []
    quotes = dropped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        begins = event == "start"
        if begins:
            quotes += tag in _QUOTES
            dropped += tag in _DROPPED
        if not dropped:
            (quoted if quotes else own).append(_begin(element, tag) if begins else _break(tag))
        if not begins:
            quotes -= tag in _QUOTES
            dropped -= tag in _DROPPED
            if not dropped:
                (quoted if quotes else own).append(_inline(element.tail))
    words = Prose(_join(own), _join(quoted))
    if markup.count("<") > _NESTED:
        everything = _without_tags(markup)
        if len(words.text) + len(words.quote) < len(everything.text) // 2:
            return everything
    return words


def _without_tags(markup: str) -> Prose:
    return Prose(tidy(html.unescape(re.sub(r"<[^<>]*>", " ", markup))))


def _begin(element: Any, tag: str) -> str:
    if tag == "br":
        return _BR
    return _break(tag) + _inline(element.text) + (_picture(element) if tag == "img" else "")


def _break(tag: str) -> str:
    return _PARAGRAPH if tag in _PARAGRAPHS else _LINE if tag in _LINES else ""


def _inline(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f\x01\x02]+", " ", text) if text else ""


def _picture(element: Any) -> str:
    """An emoji that the page shows as a picture."""
    alt: str = element.get("alt") or ""
    return alt if len(alt) <= 4 and not alt.isascii() else ""


def _join(pieces: list[str]) -> str:
    """The text with one break wherever tags end and begin: an empty line between paragraphs or for two ``br``."""

    def one(match: re.Match[str]) -> str:
        if _PARAGRAPH in match[0]:
            return "\n\n"
        return "\n" * min(max(match[0].count(_BR), 1), 2)

    return tidy(_BREAKS.sub(one, re.sub(" {2,}", " ", "".join(pieces))))
