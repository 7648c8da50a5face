"""Bytes become text: byte-order mark, declaration, UTF-8, then detection; garbled text is mended and counted."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from sentiment.errors import InputError
from sentiment.sources.detect import detect, utf16_without_mark
from sentiment.sources.mojibake import mend


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was come by."""

    text: str
    encoding: str
    """Python's name of the encoding that was used."""
    repaired: int
    """How many lines were mojibake (UTF-8 once read as something else) and were mended."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of mended lines; nothing where there were none."""
        return (f"{self.repaired} garbled line{'s' * (self.repaired > 1)} mended",) if self.repaired else ()


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What a label means on the web (WHATWG Encoding Standard), where Python means something narrower.
_AS_BROWSERS_DO = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_LABELS = {
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-mac-cyrillic": "mac_cyrillic",
    "unicode": "utf-8",
    "utf8mb4": "utf-8",
}
# codecs that Python knows and that no page is written in
_NOT_TEXT = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "utf-7", "undefined", "mbcs", "oem"}

_DECLARED_IN_HTML = re.compile(rb"<meta\b[^>]{0,400}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_DECLARED_IN_XML = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{2,40})[\"']")
_DECLARATION_WITHIN = 16_384  # HTML asks for 1,024; saved pages put comments and styles in front

_HALVES = re.compile("[\ud800-\udfff]")
_CONTROLS = bytes(b for b in range(0x20) if b not in (0x00, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B)) + b"\x7f"
_TEXT = bytes(b for b in range(0x80) if b not in _CONTROLS and b != 0)
_BROKEN_SHARE = 0.1  # of the characters outside ASCII, in UTF-8 cut inside a letter or pasted together; else a tenth


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """Turn bytes into text.

    Args:
        data: the bytes of one document.
        declared: the charset that came with them (an HTTP header, a MIME part), if any. It is followed, like one
            inside the document, only where it fits the bytes.

    Returns:
        The text without byte-order mark and NULs, newlines as they were.

    Raises:
        InputError: the bytes are not text.
    """
    text, encoding = as_found(data, declared=declared)
    text, repaired = mend(text)
    return Decoded(text, encoding, repaired)


def as_found(data: bytes, *, declared: str | None = None) -> tuple[str, str]:
    """Text and encoding, with mojibake as it is in the bytes.

    Raises:
        InputError: the bytes are not text.
    """
    text, encoding = _decode(data, declared)
    return text.removeprefix("\ufeff"), encoding


def _decode(data: bytes, declared: str | None) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace").replace("\x00", ""), encoding
    if encoding_by_nulls := utf16_without_mark(data):
        return data.decode(encoding_by_nulls, "replace").replace("\x00", ""), encoding_by_nulls
    _refuse_binary(data)
    if b"\x00" in data:
        data = data.replace(b"\x00", b"")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return _utf8_or_declared(data, text, declared)
    for label in (declared, *_declarations(data)):
        if (found := _as_declared(data, label)) is not None:
            return found
    if (nearly := _nearly(data, "utf-8", _BROKEN_SHARE)) is not None:
        return nearly, "utf-8"
    encoding = detect(data)
    return _lenient(data, encoding), encoding


def encodable(text: str) -> str:
    """Text without halves of surrogate pairs, which JSON and names of files can hold and no output can."""
    return text if text.isascii() or not _HALVES.search(text) else _HALVES.sub("\ufffd", text)


def _refuse_binary(data: bytes) -> None:
    odd = data.translate(None, _TEXT)  # next to nothing, so that what follows costs nothing
    nulls = odd.count(0)
    controls = len(odd) - len(odd.translate(None, _CONTROLS))
    # Compressed or compiled data has 10 % control characters; text has none, or a stray few.
    if controls > max(3, len(data) // 100) or nulls > max(3, len(data) // 10):
        raise InputError("binary data, not text; expected a saved page, a text, an archive or a table")


def _utf8_or_declared(data: bytes, text: str, declared: str | None) -> tuple[str, str]:
    """Valid UTF-8 beyond ASCII is no accident; only 7-bit escapes of a declared encoding may overrule it."""
    if b"\x1b" in data and (b"\x1b$" in data or b"\x1b(" in data):
        for label in (declared, *_declarations(data)):
            if (encoding := _codec(label)) and encoding.startswith("iso2022_jp"):
                return _as_declared(data, label) or (text, "utf-8")
    return text, "utf-8"


def _declarations(data: bytes) -> list[str]:
    head = data[:_DECLARATION_WITHIN]
    found = (_DECLARED_IN_XML.match(head), _DECLARED_IN_HTML.search(head))
    return [match[1].decode("ascii", "replace") for match in found if match]


def _codec(label: str | None) -> str | None:
    """Python's name of what browsers understand by a charset label; None for no label or an unknown one."""
    if not label:
        return None
    label = label.strip(" \t\r\n\"';").lower()
    try:
        name = codecs.lookup(_LABELS.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return None if name in _NOT_TEXT else _AS_BROWSERS_DO.get(name, name)


def _as_declared(data: bytes, label: str | None) -> tuple[str, str] | None:
    encoding = _codec(label)
    if encoding is None or encoding.startswith(("utf-16", "utf-32")):
        return None  # read as bytes, it cannot be what it says
    if encoding == "cp1252":
        return _lenient(data, "cp1252"), encoding
    try:
        text = _nearly(data, encoding, _BROKEN_SHARE / 10 if encoding != "utf-8" else _BROKEN_SHARE)
    except (LookupError, ValueError):  # a codec from bytes to bytes
        return None
    return None if text is None else (text, encoding)


def _nearly(data: bytes, encoding: str, share: float) -> str | None:
    """The text, if next to none of its letters outside ASCII are broken."""
    text = data.decode(encoding, "replace")
    broken = text.count("\ufffd")
    if not broken:
        return text
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    cut_at_the_end = broken == 1 and text.endswith("\ufffd") and beyond_ascii > 1
    return text if cut_at_the_end or broken <= beyond_ascii * share else None


_C1 = {
    byte: char
    for byte in range(0x80, 0xA0)
    if (char := bytes([byte]).decode("cp1252", "ignore"))
}  # fmt: skip


def _lenient(data: bytes, encoding: str) -> str:
    if encoding == "cp1252":  # as browsers do: the five bytes without a letter stay control characters
        return data.decode("latin-1").translate(_C1)
    return data.decode(encoding, "replace")
