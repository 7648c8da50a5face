from __future__ import annotations

import functools
import gzip
import http.server
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sentiment
from sentiment import sources
from sentiment.errors import InputError
from sentiment.records import Document, Page, Skipped
from sentiment.sources.remote import open_remote

fsspec = pytest.importorskip("fsspec")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

ROOT = Path(__file__).parents[2]
PAGE = b"<!doctype html><html><body><article><h1>Phones</h1><p>They come here soon, it is said.</p></article></body></html>"


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder in the memory file system."""
    system = fsspec.filesystem("memory")
    system.pipe(
        {
            "/news/one.html": PAGE,
            "/news/in/two.html.gz": gzip.compress(PAGE),
            "/news/.hidden.html": PAGE,
            "/news/manifest.csv": b"file,url,outlet,note\none.html,https://a.example/1,a.example,\n",
        }
    )
    yield "memory://news"
    system.rm("/news", recursive=True)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server over a folder."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_folder_elsewhere_is_walked(memory: str) -> None:
    """Files below an address are read in order, packed or not, with the manifest beside them, without hidden ones."""
    found = list(sources.read([memory]))
    assert [item.source.rpartition("/")[2] for item in found] == ["two.html.gz", "one.html"]
    assert isinstance(found[1], Document)
    assert (found[1].url, found[1].outlet) == ("https://a.example/1", "a.example")


def test_a_pattern_elsewhere(memory: str) -> None:
    """A pattern in an address is filled in; one that matches nothing is an error."""
    assert [item.source for item in sources.read([f"{memory}/*.html"])] == ["memory:///news/one.html"]
    with pytest.raises(InputError, match="nothing matches"):
        list(sources.read([f"{memory}/*.pdf"]))


def test_a_page_from_a_web_server(web: str, tmp_path: Path) -> None:
    """A saved page at an address is read like a file."""
    seed = next(ROOT.glob("seeds/003_*.txt"))
    (tmp_path / "page.txt").write_bytes(seed.read_bytes())
    (here,) = sentiment.read(seed)
    (there,) = sentiment.read(f"{web}/page.txt")
    assert isinstance(here, Page)
    assert isinstance(there, Page)
    assert [c.text for c in there.comments] == [c.text for c in here.comments]


def test_a_packed_file_from_a_web_server(web: str, tmp_path: Path) -> None:
    """Packed lines of JSON are read from the web as a stream."""
    lines = [json.dumps({"url": f"https://a.example/{n}", "html": PAGE.decode()}) for n in range(5)]
    (tmp_path / "pages.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    found = list(sources.read([f"{web}/pages.jsonl.gz"]))
    assert [item.url for item in found if isinstance(item, Document)] == [f"https://a.example/{n}" for n in range(5)]


def test_more_than_a_block_from_a_web_server(web: str, tmp_path: Path) -> None:
    """A file larger than what is asked for at once arrives whole from a server that gives no parts of files."""
    lines = [json.dumps({"url": f"https://a.example/{n}", "html": f"<p>{n}</p>{'x' * 40_000}"}) for n in range(300)]
    (tmp_path / "pages.jsonl").write_text("\n".join(lines))
    assert (tmp_path / "pages.jsonl").stat().st_size > 2 * 5 * 2**20
    found = list(sources.read([f"{web}/pages.jsonl"]))
    assert [item.url for item in found if isinstance(item, Document)] == [f"https://a.example/{n}" for n in range(300)]


@pytest.mark.parametrize("kind", ["zip", "parquet"])
@pytest.mark.parametrize("parts", [True, False])
def test_formats_that_end_with_their_index(kind: str, parts: bool, memory: str, web: str, tmp_path: Path) -> None:
    """A zip archive and a Parquet file are read by parts where that can be, and whole from a server that gives none."""
    file = tmp_path / f"pages.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            for n in range(3):
                archive.writestr(f"{n}.html", PAGE)
    else:
        rows = [{"url": f"https://a.example/{n}", "html": PAGE.decode()} for n in range(3)]
        pq.write_table(pa.Table.from_pylist(rows), file)
    if parts:
        fsspec.filesystem("memory").pipe(f"/news/x/pages.{kind}", file.read_bytes())
    address = f"{memory}/x/pages.{kind}" if parts else f"{web}/pages.{kind}"
    assert [type(item) for item in sources.read([address])] == [Document] * 3


def test_a_web_file_is_jumped_about_in(web: str, tmp_path: Path) -> None:
    """Reading on needs no parts, going back says that the server gives none, and a small read is as large as asked for."""
    (tmp_path / "data").write_bytes(bytes(range(256)) * 60_000)
    with open_remote(f"{web}/data") as stream:
        assert len(stream.read(10_000_000)) == 10_000_000
        assert stream.seek(stream.tell()) == 10_000_000
        assert stream.seek(0, 1) == 10_000_000
        assert len(stream.read()) == 5_360_000
        stream.seek(-6_000_000, 2)
        with pytest.raises(OSError, match="range"):
            stream.read(10)


def test_what_is_not_there_is_told(web: str) -> None:
    """An address without a file behind it is an error of one line."""
    with pytest.raises(InputError, match=r"no such file|cannot be reached"):
        list(sources.read([f"{web}/missing.html"]))
    with pytest.raises(InputError, match="nowhere://x: "):
        list(sources.read(["nowhere://x"]))


def test_a_damaged_file_elsewhere_is_skipped(memory: str) -> None:
    """Bytes that are no page become a Skipped; the rest is read."""
    fsspec.filesystem("memory").pipe("/news/three.html", b"\x00\x01\x02\x03" * 500)
    found = list(sources.read([memory]))
    assert [type(item) for item in found] == [Document, Document, Skipped]
