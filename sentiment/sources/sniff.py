"""The format of a file: by its content first, by its name second. The only place that decides it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from sentiment.errors import InputError
from sentiment.sources.columns import is_table
from sentiment.sources.decode import as_found

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"WARC/", "warc"),
    (b"PAR1", "parquet"),
)
_NOT_READ: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF; save the page as HTML or text"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as CSV or text"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a picture or sound (RIFF)"),
    (b"wOF", "a font"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; use zip or tar"),
    (b"Rar!", "a RAR archive; use zip or tar"),
    (b"SQLite format 3\x00", "an SQLite database; export a table as CSV"),
    (b"bplist00", "a Safari web archive; save the page as HTML"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_TEXT_ENDINGS = frozenset((".txt", ".text", ".md", ".markdown", ".asc"))
_PAGE_ENDINGS = frozenset(
    (".html", ".htm", ".xhtml", ".xht", ".shtml", ".php", ".asp", ".aspx", ".jsp", ".mht", ".mhtml")
)
_LINES_ENDINGS = frozenset((".jsonl", ".ndjson", ".jsonlines"))
_TABLE_ENDINGS = frozenset((".csv", ".tsv", ".tab"))
# text that is no page: what lies beside pages in a folder
_FOREIGN_ENDINGS = (
    ".css",
    ".js",
    ".mjs",
    ".map",
    ".svg",
    ".py",
    ".toml",
    ".ini",
    ".cfg",
    ".yml",
    ".yaml",
    ".sh",
    ".log",
    ".lock",
)
_HTML_ROOT = re.compile(r"<(?:html|head|body|meta)\b", re.I)
_HTML_DOCTYPE = re.compile(r"<!doctype\s+html\b", re.I)
_TAG = re.compile(r"</(?:p|div|span|a|td|li|h[1-6]|table|body|article|section|title)\s*>|<br\s*/?>", re.I)
_XML_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_BEFORE_ROOT = re.compile(r"\s*(?:%\w+;\s*)*(<!--|<\?|<!(?!--)|\](?=\s*>))")
_ENDS = {"<!--": "-->", "<?": "?>", "<!": ">", "]": ">"}
_XML_FORMATS = {"disqus": "disqus", "feed": "feed", "RDF": "feed"}
_WXR = re.compile(r"wordpress\.org/export/")
_MHTML = re.compile(
    r"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,40}?content-type:\s*multipart/(?:related|alternative)", re.I
)
_JSON_BEGINS = re.compile(r"\s*(?:\{\s*(?:\"|\})|\[\s*(?:[\[{]|\]\s*$))")
_LINES_BEGIN = re.compile(r"\s*\{[^\n]*\}[ \t]*\r?\n\s*\{")

EXPECTED = "saved pages (.html, .mhtml), texts (.txt, .md), zip, tar, WARC, comment exports or tables"


def sniff(head: bytes, name: str) -> str:
    """Name the format of a file that begins with ``head``.

    Raises:
        InputError: it is of none that is read; the message says what it is.
    """
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    for magic, found in _NOT_READ:
        if head.startswith(magic):
            raise InputError(f"{found}; expected {EXPECTED}" if ";" not in found else found)
    if head[257:262] == b"ustar":
        return "tar"
    return _text_format(as_found(head)[0], PurePosixPath(name).suffix.lower())


def is_foreign(name: str) -> bool:
    """Whether a text with this name is of a kind that is no page: styles, scripts, settings."""
    return name.endswith(_FOREIGN_ENDINGS)


def _text_format(text: str, ending: str) -> str:
    if _MHTML.match(text[:8192]):
        return "mhtml"
    if is_html(text):
        return "html"
    if found := _data_format(text, ending):
        return found
    if is_foreign(ending):
        raise InputError(f"unknown format ({ending}); expected {EXPECTED}")
    if ending in _PAGE_ENDINGS:
        return "html" if _TAG.search(text) else "text"
    return "html" if ending not in _TEXT_ENDINGS and len(_TAG.findall(text, 0, 20_000)) > 2 else "text"


def _data_format(text: str, ending: str) -> str | None:
    """An export or a table, if it is one."""
    if ending in _LINES_ENDINGS:
        return "jsonl"
    if ending == ".json" or _JSON_BEGINS.match(text):
        return "jsonl" if _LINES_BEGIN.match(text) else "json"
    if (root := _XML_ROOT.match(text, begin_of_root(text))) and (found := _xml_format(text, ending, root[1])):
        return found
    if ending in _TABLE_ENDINGS or ((not ending or ending in _TEXT_ENDINGS) and is_table(text)):
        return "table"
    return None


def is_html(text: str) -> bool:
    """Whether a text begins as a page does."""
    at = begin_of_root(text)
    return _HTML_ROOT.match(text, at) is not None or _HTML_DOCTYPE.search(text, 0, at) is not None


def begin_of_root(text: str) -> int:
    """Where the first element begins, behind XML and document type declarations, comments and instructions."""
    at = 0
    while match := _BEFORE_ROOT.match(text, at):
        end = text.find(_ENDS[match[1]], match.end())
        if end < 0:
            return at
        at = end + len(_ENDS[match[1]])
    return len(text) - len(text[at:].lstrip())


def _xml_format(text: str, ending: str, name: str) -> str | None:
    if name == "rss":
        return "wxr" if _WXR.search(text) else "feed"
    if name in _XML_FORMATS:
        return _XML_FORMATS[name]
    if text.lstrip().startswith("<?xml") or ending == ".xml":
        raise InputError(f"XML of an unknown kind (<{name}>); expected a Disqus or WordPress export, or a feed")
    return None
