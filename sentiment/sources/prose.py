"""The HTML of a comment becomes plain text: line breaks kept, block quotes apart, scripts and frames gone."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKUP = re.compile(r"<[a-z!/]|&(?:[a-z]+|#x?[0-9a-f]+);", re.I)
_BREAKS_BY_TAG = re.compile(r"<(?:p|br|div)\b", re.I)
_PARAGRAPHS = frozenset(("p", "blockquote", "pre", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr"))
_LINES = frozenset(("br", "div", "li", "tr", "dt", "dd", "figure", "figcaption", "section", "article"))
_DROPPED = frozenset(("script", "style", "iframe", "object", "noscript", "template", "head"))
_QUOTES = frozenset(("blockquote",))
_DEEPEST = 200  # levels of tags; no comment of a person comes near


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
    root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    if root is None:
        return Prose("")
    own: list[str] = []
    quoted: list[str] = []
    quotes = dropped = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        depth += step
        if event == "start":
            quotes += tag in _QUOTES
            dropped += tag in _DROPPED
        into = quoted if quotes else own
        if not dropped and depth < _DEEPEST:
            into.append("\n\n" if tag in _PARAGRAPHS else "\n" if tag in _LINES and (tag != "br" or step > 0) else "")
            if event == "start":
                into.append(_inline(element.text))
                into.append(_picture(element) if tag == "img" else "")
        if event == "end":
            quotes -= tag in _QUOTES
            dropped -= tag in _DROPPED
            if not dropped and depth < _DEEPEST:
                (quoted if quotes else own).append(_inline(element.tail))
    return Prose(tidy(_join(own)), tidy(_join(quoted)))


def _inline(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text) if text else ""


def _picture(element: object) -> str:
    """An emoji that the page shows as a picture."""
    alt: str = element.get("alt") or ""  # type: ignore[attr-defined]
    return alt if len(alt) <= 4 and not alt.isascii() else ""


def _join(pieces: list[str]) -> str:
    """Tags that end and begin at the same place make one break, not two; a ``br`` after words makes its own."""
    text = "".join(pieces)
    return re.sub(r" *\n[ \n]*", lambda match: "\n" * min(match[0].count("\n"), 2), text)
