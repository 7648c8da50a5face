"""A saved page as text, in two forms: what the plain-text reader is measured on.

*Lines* are what a person would copy out of the page: every block element, table cell and line break starts a new line; blank
lines, scripts and styles fall away. This is the hard case: nothing but the order of the lines is left.

*Markdown* is what a web clipper saves: the same blocks with blank lines between them, headings, items, quotes, bold type, pictures,
and links with their addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

_FEW = 400
"""Signs of text; a page that shows fewer is drawn by a script, and what it says is what it shows without scripts."""
_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "head", "select", "textarea", "iframe"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_VOID_CLOSED = re.compile(r"<(script|style|iframe|textarea|select|noscript|div|span|a|p|td|li)\b([^<>]*)/>", re.I)


class _Flattener(HTMLParser):
    def __init__(self, silent: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.silenced = silent
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's signature
        if tag in self.silenced:
            self.silent += 1
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silenced and self.silent:
            self.silent -= 1
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def flatten(html: str) -> str:
    """The text of a page, one line per block, without blank lines."""
    return _shown(html, _lines)


def _shown(html: str, write: Callable[[str, frozenset[str]], str]) -> str:
    """What a page shows, or shows without scripts."""
    text = write(html, _SILENT)
    return text if len(text) >= _FEW else max(text, write(html, _SILENT - {"noscript"}), key=len)


def _lines(html: str, silent: frozenset[str]) -> str:
    flattener = _Flattener(silent)
    flattener.feed(_expanded(html))
    flattener.close()
    lines = (line.strip() for line in "".join(flattener.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _expanded(html: str) -> str:
    """The page with closed elements where XML closed them by a slash."""
    return _VOID_CLOSED.sub(r"<\1\2></\1>", html)


_QUOTE_IN, _QUOTE_OUT, _BREAK = "\x01", "\x02", "\x03"
_MARKUP = re.compile(r"([\\`*_\[\]])")
_OPEN = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol"})
_BOLD = frozenset({"b", "strong"})


class _Clipper(HTMLParser):
    def __init__(self, silent: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.silenced = silent
        self.parts: list[str] = []
        self.silent = 0
        self.link: tuple[int, str] | None = None
        """Where the words of the open link begin among the parts, and where it leads."""
        self.lists: list[int | None] = []
        """The open lists: of a numbered one the number of its last item."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.silenced:
            self.silent += 1
        if self.silent:
            return
        given = dict(attrs)
        if tag == "a":
            self._close_link()
            if given.get("href"):
                self.link = (len(self.parts), given["href"] or "")
        elif tag == "img" and given.get("src"):
            self.parts.append(f"![{_escaped(given.get('alt') or '')}]({_address(given['src'] or '')})")
        elif tag in _BOLD:
            self.parts.append("**")
        elif tag == "li":
            self.parts.append(f"\n{self._item()}")
        elif tag in _BLOCKS:
            if tag in _LISTS:
                self.lists.append(0 if tag == "ol" else None)
            self.parts.append(_BREAK if tag == "br" else f"\n{_QUOTE_IN * (tag == 'blockquote')}{_OPEN.get(tag, '')}")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silenced and self.silent:
            self.silent -= 1
        if self.silent:
            return
        if tag == "a":
            self._close_link()
        elif tag in _BOLD:
            self.parts.append("**")
        elif tag in _BLOCKS and tag != "br":
            if tag in _LISTS and self.lists:
                self.lists.pop()
            self.parts.append(f"{_QUOTE_OUT * (tag == 'blockquote')}\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(_escaped(re.sub(r"\s+", " ", data)))

    def close(self) -> None:
        super().close()
        self._close_link()

    def _item(self) -> str:
        """The mark of an item of the innermost list."""
        count = self.lists[-1] if self.lists else None
        if count is None:
            return "- "
        self.lists[-1] = count + 1
        return f"{count + 1}. "

    def _close_link(self) -> None:
        """Put the link's words in brackets, on one line whatever blocks it holds."""
        if self.link is None:
            return
        start, address = self.link
        self.link = None
        inside = re.sub(rf"[\s{_BREAK}]+", " ", "".join(self.parts[start:])).strip()
        quotes = "".join(sign for sign in inside if sign in _QUOTE_IN + _QUOTE_OUT)
        label = re.sub(rf"[{_QUOTE_IN}{_QUOTE_OUT}]|^#+ |^- |^\d+\. ", "", inside).strip()
        self.parts[start:] = [f"[{label}]({_address(address)}){quotes}" if label else quotes]


def clip(html: str) -> str:
    """A page as Markdown with links, as a web clipper saves it."""
    return _shown(html, _clipped)


def _clipped(html: str, silent: frozenset[str]) -> str:
    clipper = _Clipper(silent)
    clipper.feed(_expanded(html))
    clipper.close()
    paragraphs: list[str] = []
    depth = 0
    for block in "".join(clipper.parts).split("\n"):
        depth += block.count(_QUOTE_IN)
        lines = [re.sub(rf"[{_QUOTE_IN}{_QUOTE_OUT}]|\*\*\s*\*\*", "", line).strip() for line in block.split(_BREAK)]
        if any(re.sub(r"^\d+\.|[#\s-]", "", line) for line in lines):
            paragraphs.append("\n".join("> " * depth + line for line in lines).strip("\n"))
        depth = max(0, depth - block.count(_QUOTE_OUT))
    return "\n\n".join(paragraphs) + "\n"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _address(href: str) -> str:
    """An address as it stands between round brackets."""
    return (
        re.sub(r"[\s<>]", lambda sign: f"%{ord(sign.group()):02X}", href.strip())
        .replace("(", "%28")
        .replace(")", "%29")
    )
