from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from sentiment.records import Document, Skipped
from sentiment.sources import ReadOptions, read
from sentiment.sources.blob import Item

HTML = b"<!DOCTYPE html><html><body><p>Ciao</p></body></html>"


def real(name: str) -> str:
    """A file name from the name of an argument."""
    return name.replace("__", "/").replace("_", ".").replace("HIDDEN", "__MACOSX")


def make_zip(**members: bytes) -> bytes:
    """A zip archive; ``__`` in a name stands for a slash and ``_`` for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(real(name), data)
    return buffer.getvalue()


def make_tar(**members: bytes) -> bytes:
    """A tar archive, with names as for a zip archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(real(name))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zstandard(data: bytes) -> bytes:
    """Data compressed with zstandard."""
    return pa.compress(data, "zstd", asbytes=True)  # type: ignore[no-any-return]


def read_bytes(folder: Path, name: str, data: bytes, **options: int) -> list[Item]:
    """Everything that reading a file with this content gives, with sources relative to the folder."""
    (folder / name).write_bytes(data)
    return list(read([folder / name], options=ReadOptions(**options)))  # type: ignore[arg-type]


def sources(items: list[Item]) -> list[str]:
    """The last part of the source of every document."""
    return [item.source.rpartition("/in.")[2].partition("::")[2] for item in items if isinstance(item, Document)]


def reasons(items: list[Item]) -> list[str]:
    """Why things were skipped."""
    return [item.reason for item in items if isinstance(item, Skipped)]


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_members(tmp_path: Path, make: Callable[..., bytes]) -> None:
    """Members are read in their order, without hidden ones and companions, and named after the archive."""
    data = make(
        b_html=HTML,
        a__c_txt=b"words",
        b_files__ad_html=HTML,
        _hidden=b"x",
        HIDDEN__b_html=HTML,
        manifest_csv=b"file\n",
    )
    items = read_bytes(tmp_path, "in.archive", data)
    assert [item.source for item in items] == [f"{tmp_path}/in.archive::{name}" for name in ("b.html", "a/c.txt")]


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_manifest_inside(tmp_path: Path, make: Callable[..., bytes]) -> None:
    """A manifest in the archive, wherever it stands, tells about its members; one beside it names their outlet."""
    (tmp_path / "manifest.csv").write_text("file,outlet,url\nin.archive,Outer,https://x.org/never\n")
    data = make(s__a_txt=b"one", s__b_txt=b"two", s__manifest_csv=b"file,outlet,url\na.txt,Inner,https://x.org/a\n")
    items = read_bytes(tmp_path, "in.archive", data)
    assert [(i.url, i.outlet) for i in items if isinstance(i, Document)] == [
        ("https://x.org/a", "Inner"),
        (None, "Outer"),
    ]


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_names_that_climb(tmp_path: Path, make: Callable[..., bytes]) -> None:
    """Names that would leave the folder are only names: nothing is written anywhere."""
    inside = tmp_path / "deep"
    inside.mkdir()
    items = read_bytes(inside, "in.archive", make(**{"..__..__evil_txt": b"words", "__etc__x_txt": b"words"}))
    assert len(items) == 2
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["deep", "in.archive"]


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_nested(tmp_path: Path, make: Callable[..., bytes]) -> None:
    """An archive in an archive is read, one deeper is skipped."""
    inner = make(a_txt=b"words")
    items = read_bytes(tmp_path, "in.archive", make(inner_bin=inner))
    assert sources(items) == ["inner.bin::a.txt"]
    items = read_bytes(tmp_path, "in.archive", make(middle_bin=make(inner_bin=inner), b_txt=b"words"))
    assert sources(items) == ["b.txt"]
    assert reasons(items) == ["an archive in an archive in an archive; unpack the outer one"]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, zstandard])
def test_compressed(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    """A compressed page is a page, a compressed tar archive an archive, whatever their names are."""
    page = read_bytes(tmp_path, "in.html.x", compress(HTML))
    assert page == [Document(str(tmp_path / "in.html.x"), HTML.decode(), media_type="text/html")]
    assert sources(read_bytes(tmp_path, "in.x", compress(make_tar(a_txt=b"words")))) == ["a.txt"]
    assert sources(read_bytes(tmp_path, "in.x", compress(make_zip(a_txt=b"words")))) == ["a.txt"]
    assert reasons(read_bytes(tmp_path, "in.x", compress(compress(HTML))))[0].startswith("compressed twice")


def test_compressed_member(tmp_path: Path) -> None:
    """A compressed page in an archive is read."""
    assert sources(read_bytes(tmp_path, "in.zip", make_zip(a_html_gz=gzip.compress(HTML)))) == ["a.html.gz"]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_broken_off(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    """What can be read of a compressed file that breaks off is kept, and the damage is told."""
    import random

    numbers = random.Random(1)  # noqa: S311
    words = " ".join(str(numbers.random()) for _ in range(100_000))
    data = compress(words.encode())
    first, last = read_bytes(tmp_path, "in.txt.x", data[: len(data) * 3 // 4])
    assert isinstance(first, Document)
    assert words.startswith(first.content[:-1])
    assert isinstance(last, Skipped)
    assert "breaks off or is damaged" in last.reason
    assert "what was read before is kept" in last.reason


def test_broken_tar(tmp_path: Path) -> None:
    """Members before the place where an archive breaks off are kept."""
    data = make_tar(a_txt=b"words", b_txt=b"x" * 9000, c_txt=b"words")
    items = read_bytes(tmp_path, "in.tar", data[:4000])
    assert sources(items) == ["a.txt"]
    assert any("breaks off" in reason for reason in reasons(items))
    items = read_bytes(tmp_path, "in.tar.gz", gzip.compress(data)[:-40])
    assert "a.txt" in sources(items)
    assert any("breaks off" in reason for reason in reasons(items))


def test_damaged_zip(tmp_path: Path) -> None:
    """A zip archive without its directory is skipped; a damaged member does not take the others with it."""
    data = make_zip(a_txt=b"words " * 100, b_txt=b"more")
    assert reasons(read_bytes(tmp_path, "in.zip", data[:60]))[0].startswith("a damaged zip archive")
    broken = bytearray(data)
    broken[40] ^= 0xFF
    items = read_bytes(tmp_path, "in.zip", bytes(broken))
    assert sources(items) == ["b.txt"]
    assert reasons(items)[0].startswith("damaged in the archive")


def test_encrypted_member(tmp_path: Path) -> None:
    """An encrypted member is skipped with a hint."""
    data = bytearray(make_zip(a_txt=b"words"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert reasons(read_bytes(tmp_path, "in.zip", bytes(data))) == ["encrypted; unpack it with its password"]


def test_bombs(tmp_path: Path) -> None:
    """Members that unpack to far more than they are, or to too much in sum, are not unpacked."""
    zeros = bytes(40 << 20)
    assert "a bomb?" in reasons(read_bytes(tmp_path, "in.zip", make_zip(a_txt=zeros, b_txt=b"words")))[0]
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = packer.compress(b"words " * (8 << 20)) + packer.flush()
    assert "a bomb?" in reasons(read_bytes(tmp_path, "in.txt.gz", bomb))[0]
    assert "a bomb?" in reasons(read_bytes(tmp_path, "in.tar.gz", gzip.compress(make_tar(a_txt=zeros))))[0]
    many = make_zip(**{f"{n}_txt": b"w" * 1000 for n in range(10)})
    items = read_bytes(tmp_path, "in.zip", many, max_unpacked=4500)
    assert len(sources(items)) == 4
    assert "unpacks to more than 4,500 bytes" in reasons(items)[0]
    items = read_bytes(tmp_path, "in.tar", make_tar(**{f"{n}_txt": b"w" * 1000 for n in range(10)}), max_unpacked=4500)
    assert len(sources(items)) == 4


def test_large_member(tmp_path: Path) -> None:
    """A member over the limit is skipped, the next one read."""
    for name, make in (("in.zip", make_zip), ("in.tar", make_tar)):
        items = read_bytes(tmp_path, name, make(a_txt=b"w" * 200_000, b_txt=b"words"), max_bytes=100_000)
        assert sources(items) == ["b.txt"]
        assert reasons(items)[0].startswith("too large: 200,000 bytes")


def test_links_in_tar(tmp_path: Path) -> None:
    """Links and devices are skipped, never followed."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("passwd.txt")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    assert reasons(read_bytes(tmp_path, "in.tar", buffer.getvalue())) == ["a link or a device, not a file"]


def test_office_documents(tmp_path: Path) -> None:
    """A Word or Excel file is no archive of pages."""
    data = make_zip(**{"[Content_Types]_xml": b"<Types/>", "word__document_xml": b"<p/>"}).replace(
        b"Content.", b"Content_"
    )
    assert reasons(read_bytes(tmp_path, "in.docx", data))[0].startswith("an Office document")


def test_empty_archive(tmp_path: Path) -> None:
    """An archive without files is skipped with that reason."""
    for name, data in (("in.zip", make_zip()), ("in.tar", make_tar(_hidden=b"x"))):
        assert reasons(read_bytes(tmp_path, name, data)) == ["an archive without any file to read"]
