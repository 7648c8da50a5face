"""A saved page as the lines that a person would copy out of it: what the plain-text reader is measured on.

Every block element, table cell and line break starts a new line; blank lines, scripts and styles fall away. This is the
hard case: nothing but the order of the lines is left.
"""

from __future__ import annotations

import re
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
    shown = _lines(html, _SILENT)
    return shown if len(shown) >= _FEW else max(shown, _lines(html, _SILENT - {"noscript"}), key=len)


def _lines(html: str, silent: frozenset[str]) -> str:
    flattener = _Flattener(silent)
    flattener.feed(_VOID_CLOSED.sub(r"<\1\2></\1>", html))
    flattener.close()
    lines = (line.strip() for line in "".join(flattener.parts).split("\n"))
    return "\n".join(line for line in lines if line)
