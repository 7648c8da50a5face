"""From a document to a Page: the article's body on one side, its reader comments on the other."""

from __future__ import annotations

import re

from sentiment.assemble import assemble
from sentiment.records import Document, Page

_TAG = re.compile(r"<(?:!doctype|html|head|body|div|p|table|article|span|ul|li|a|br)\b[^<>]*>", re.I)


def parse(document: Document) -> Page:
    """Separate the body of one saved page from its comments.

    The kind of page (HTML or plain text, article or forum thread) is decided by what is in it.
    """
    if is_html(document):
        from sentiment.threads.html import read_html

        return assemble(read_html(document), document)
    from sentiment.threads.text import read_text

    return assemble(read_text(document), document)


def is_html(document: Document) -> bool:
    """Whether a document is HTML: by its declared media type, else by its tags."""
    if document.media_type:
        return "html" in document.media_type
    head = document.content[:20_000].lstrip("\ufeff \t\r\n")
    if re.match(r"<(?:!doctype\s+html|html|\?xml)", head, re.I):
        return True
    return len(_TAG.findall(head)) >= 3
