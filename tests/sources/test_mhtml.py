from __future__ import annotations

import base64
import quopri
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sentiment.records import Document, Skipped
from sentiment.sources import read

HEAD = """From: <Saved by Blink>
Snapshot-Content-Location: https://www.x.org/news/1
Subject: Una =?utf-8?Q?citt=C3=A0?=
Date: Mon, 5 Mar 2018 10:00:00 -0000
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----MultipartBoundary--x----"


"""


def mhtml(page: str, *, coding: str, charset: str, location: str = "https://www.x.org/news/1?full") -> bytes:
    """A saved page in the form of a mail, with a picture behind it."""
    raw = page.encode(charset)
    body = quopri.encodestring(raw) if coding == "quoted-printable" else base64.encodebytes(raw)
    part = f"Content-Type: text/html; charset={charset}\nContent-Transfer-Encoding: {coding}\n"
    part += f"Content-Location: {location}\n\n"
    picture = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
    cut = "------MultipartBoundary--x----"
    text = f"{HEAD}{cut}\n{part}".encode() + body + f"\n{cut}\n{picture}\n{cut}--\n".encode()
    return text.replace(b"\n", b"\r\n")


@pytest.mark.parametrize("coding", ["quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r"])
def test_page(tmp_path: Path, coding: str, charset: str) -> None:
    """The page in an MHTML file is decoded, with its address and the day it was saved."""
    page = "<!DOCTYPE html><html><body><p>Это предложение = слова</p></body></html>"
    (tmp_path / "a.mhtml").write_bytes(mhtml(page, coding=coding, charset=charset))
    (item,) = read([tmp_path])
    assert isinstance(item, Document)
    assert item.content.strip() == page
    assert (item.url, item.media_type) == ("https://www.x.org/news/1?full", "text/html")
    assert item.saved is not None
    assert item.saved.replace(tzinfo=UTC) == datetime(2018, 3, 5, 10, tzinfo=UTC)


def test_address_of_the_file(tmp_path: Path) -> None:
    """Where the part names no web address, the header of the file does."""
    (tmp_path / "a.mht").write_bytes(mhtml("<p>x</p>", coding="base64", charset="utf-8", location="cid:1@x"))
    assert [item.url for item in read([tmp_path]) if isinstance(item, Document)] == ["https://www.x.org/news/1"]


def test_without_page(tmp_path: Path) -> None:
    """An MHTML file without a page is skipped with that reason."""
    (tmp_path / "a.mhtml").write_text(HEAD)
    (item,) = read([tmp_path / "a.mhtml"])
    assert isinstance(item, Skipped)
    assert "without a page" in item.reason or "page is empty" in item.reason
