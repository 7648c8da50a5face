from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sentiment.records import Document, Skipped
from sentiment.sources import ReadOptions, read
from sentiment.sources.blob import Item

HTML = "<!DOCTYPE html><html><body><p>{}</p></body></html>"


def record(url: str, body: bytes, *http: str, kind: str = "response", status: str = "200 OK") -> bytes:
    """One WARC record; ``http`` are header lines of a response."""
    content_type = "text/plain"
    if kind == "response":
        headers = "".join(f"{line}\r\n" for line in http or ("Content-Type: text/html; charset=utf-8",))
        body = f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body
        content_type = "application/http; msgtype=response"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2018-03-05T10:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{len(url)}>\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def read_records(folder: Path, *records: bytes, pack: bool = True, **options: int) -> list[Item]:
    """What reading a WARC file of these records gives."""
    path = folder / "in.warc.gz"
    path.write_bytes(b"".join(map(gzip.compress, records)) if pack else b"".join(records))
    return list(read([path], options=ReadOptions(**options)))  # type: ignore[arg-type]


@pytest.mark.parametrize("pack", [True, False])
def test_responses(tmp_path: Path, pack: bool) -> None:
    """A response is a document with its address, its day, and the charset of its header; pictures are passed over."""
    items = read_records(
        tmp_path,
        record("https://x.org/1", "<p>Да</p>".encode("cp1251"), "Content-Type: text/html; charset=windows-1251"),
        record("https://x.org/1.png", b"\x89PNG", "Content-Type: image/png"),
        pack=pack,
    )
    assert items == [
        Document(
            f"{tmp_path}/in.warc.gz::https://x.org/1",
            "<p>Да</p>",
            url="https://x.org/1",
            media_type="text/html",
            saved=datetime(2018, 3, 5, 10, tzinfo=UTC),
        )
    ]


def test_wet(tmp_path: Path) -> None:
    """A text record of a WET file is a plain text."""
    items = read_records(tmp_path, record("https://x.org/1", "Città\n\nwords".encode(), kind="conversion"))
    assert [(i.content, i.media_type) for i in items if isinstance(i, Document)] == [("Città\n\nwords", "text/plain")]


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b"5\r\n<p>he\r\n7\r\nllo</p>\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        (b"<p>hello</p>", "Transfer-Encoding: chunked"),
        (gzip.compress(b"<p>hello</p>"), "Content-Encoding: gzip"),
        (b"<p>hello</p>", "Content-Encoding: gzip"),
        (b"<p>hello</p>", "Content-Encoding: br"),
    ],
)
def test_transfer_forms(tmp_path: Path, body: bytes, header: str) -> None:
    """Chunks and compression are undone, and where the archive undid them already the header is not believed."""
    items = read_records(tmp_path, record("https://x.org/1", body, "Content-Type: text/html", header))
    assert [i.content for i in items if isinstance(i, Document)] == ["<p>hello</p>"]


def test_repeated_payload(tmp_path: Path) -> None:
    """A payload that was read before is left out and counted, and so are responses that are no pages."""
    one = HTML.format(1).encode()
    items = read_records(
        tmp_path,
        record("https://x.org/1", one),
        record("https://x.org/1?print", one),
        record("https://x.org/2", one, status="404 Not Found"),
    )
    assert [type(item) for item in items] == [Document, Skipped, Skipped]
    assert {i.reason for i in items if isinstance(i, Skipped)} == {
        "1 records repeat a payload that was read before",
        "1 responses with a status other than 200",
    }


@pytest.mark.parametrize("cut", [20, 100, 280])
@pytest.mark.parametrize("pack", [True, False])
def test_broken_off(tmp_path: Path, cut: int, pack: bool) -> None:
    """A record that breaks off is skipped, those before it are kept."""
    records = [record(f"https://x.org/{n}", HTML.format(n).encode()) for n in range(2)]
    path = tmp_path / "in.warc"
    path.write_bytes(b"".join(map(gzip.compress, records))[: -cut // 2 - 40] if pack else b"".join(records)[:-cut])
    items = list(read([path]))
    assert [i.url for i in items if isinstance(i, Document)] == ["https://x.org/0"]
    assert any("breaks off" in i.reason for i in items if isinstance(i, Skipped))


def test_large_record(tmp_path: Path) -> None:
    """A record over the limit is skipped, and the next one read."""
    big, small = record("https://x.org/1", b"<p>" * 5000), record("https://x.org/2", b"<p>x")
    items = read_records(tmp_path, big, small, pack=False, max_bytes=9000)
    assert isinstance(items[0], Skipped)
    assert items[0].source.endswith("::https://x.org/1")
    assert isinstance(items[1], Document)


@pytest.mark.parametrize(
    "data",
    [
        b"WARC/1.0\r\n\r\n",
        b"WARC/1.0\r\nnonsense" * 50,
        b"WARC/9.9\r\nWARC-Type: response\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_damaged(tmp_path: Path, data: bytes) -> None:
    """A file that only begins like a WARC file is skipped."""
    (tmp_path / "in.warc").write_bytes(data)
    assert all(isinstance(item, Skipped) for item in read([tmp_path / "in.warc"]))
