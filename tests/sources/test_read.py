from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest

from sentiment.errors import InputError
from sentiment.records import Document, Skipped
from sentiment.sources import ReadOptions, read

HTML = "<!DOCTYPE html><html><body><p>Ciao</p></body></html>"


def test_folder(tmp_path: Path) -> None:
    """A folder is read with the folders in it, sorted, without hidden files and companions of saved pages."""
    for name in ("b.html", "a/z.txt", "a/.hidden.txt", ".git/x.txt", "b_files/frame.html", "lone_files/c.md", "d.htm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(HTML)
    names = [Path(item.source).relative_to(tmp_path).as_posix() for item in read([tmp_path])]
    assert names == ["a/z.txt", "b.html", "d.htm", "lone_files/c.md"]


@pytest.mark.parametrize("folder", ["page_files", "page-Dateien", "page_Dateien", "page_file", "page_fichiers"])
def test_companion_folders(tmp_path: Path, folder: str) -> None:
    """What a browser saves beside a page is not a page, whatever language the browser speaks."""
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "ad.html").write_text(HTML)
    (tmp_path / "page.html").write_text(HTML)
    assert [Path(item.source).name for item in read([tmp_path])] == ["page.html"]


def test_relative_paths_stay_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources are called as the user called them."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("words")
    monkeypatch.chdir(tmp_path)
    assert [item.source for path in ("in", "./in/a.txt", "*/*.txt") for item in read([path])] == [
        "in/a.txt",
        "./in/a.txt",
        "in/a.txt",
    ]


def test_glob(tmp_path: Path) -> None:
    """A glob gives what matches, in order, and reaches into folders with two stars."""
    for name in ("1.txt", "2.txt", "[3].txt", "in/4.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [item.content for item in read([tmp_path / "?.txt"]) if isinstance(item, Document)] == ["1.txt", "2.txt"]
    assert len(list(read([tmp_path / "**/*.txt"]))) == 4
    assert [item.content for item in read([tmp_path / "[3].txt"]) if isinstance(item, Document)] == ["[3].txt"]


def test_glob_over_companion_folders(tmp_path: Path) -> None:
    """A glob finds what reading the folder would find, each file once."""
    for name in ("page.html", "page_files/ad.html", "in/b.html", "manifest.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(HTML if name != "manifest.csv" else "file\n")
    for patterns in (["**/*"], ["*"], ["**/*.html"], ["*.html", "page.*", "in"]):
        names = [Path(item.source).name for item in read([tmp_path / pattern for pattern in patterns])]
        assert sorted(names) == ["b.html", "page.html"]


def test_one_path_alone(tmp_path: Path) -> None:
    """One path need not stand in a list."""
    (tmp_path / "a.txt").write_text("words")
    assert len(list(read(str(tmp_path)))) == len(list(read(tmp_path))) == 1  # type: ignore[arg-type]


def test_loading_is_cheap() -> None:
    """Heavy libraries are loaded when a file needs them, not before."""
    code = "import sys, sentiment.sources; print(*sorted(set(sys.modules) & set(sys.argv[1].split())))"
    heavy = "lxml pyarrow ftfy charset_normalizer pandas numpy tldextract"
    done = subprocess.run([sys.executable, "-c", code, heavy], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == ""


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` is standard input."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(HTML.encode())))
    assert list(read(["-"])) == [Document("-", HTML, media_type="text/html")]


def test_streams(tmp_path: Path) -> None:
    """The first document is there before the second file is opened."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    items = read([tmp_path])
    next(items)
    (tmp_path / "b.txt").write_text("changed")
    assert next(items) == Document(str(tmp_path / "b.txt"), "changed", media_type="text/plain")


@pytest.mark.parametrize(("path", "message"), [("nowhere", "no such file or folder"), ("*.html", "nothing matches")])
def test_nothing_there(tmp_path: Path, path: str, message: str) -> None:
    """A path that does not exist and a glob that matches nothing are errors, before anything is read."""
    (tmp_path / "good.txt").write_text("words")
    with pytest.raises(InputError, match=message):
        next(read([tmp_path / "good.txt", tmp_path / path]))


def test_folder_without_pages(tmp_path: Path) -> None:
    """A folder in which there is nothing to read is an error that says what is in it."""
    with pytest.raises(InputError, match="nothing to read: found no files"):
        list(read([tmp_path]))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (tmp_path / "b.py").write_text("print()")
    with pytest.raises(InputError, match=r"found 1 \.png, 1 \.py; expected saved pages"):
        list(read([tmp_path]))


def test_unusable_files_are_counted(tmp_path: Path) -> None:
    """Files that cannot be used are skipped with a reason each, and the others are read."""
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (tmp_path / "b.html").write_bytes(b"")
    (tmp_path / "c.html").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "d.css").write_text("p { color: red }")
    (tmp_path / "e.html").write_text(HTML)
    (tmp_path / "f.txt").write_text("x" * 101)
    (tmp_path / "g.txt").symlink_to("nowhere")
    (tmp_path / "h.pdf").write_bytes(b"%PDF-1.7")
    items = list(read([tmp_path], options=ReadOptions(max_bytes=100)))
    reasons = {Path(i.source).name: i.reason.split(";")[0] for i in items if isinstance(i, Skipped)}
    assert reasons == {
        "a.png": "a PNG image",
        "b.html": "empty file",
        "c.html": "binary data, not text",
        "d.css": "unknown format (.css)",
        "f.txt": "too large: 101 bytes, the limit is 100 bytes",
        "g.txt": "cannot be read: No such file or directory",
        "h.pdf": "a PDF",
    }
    assert [Path(i.source).name for i in items if isinstance(i, Document)] == ["e.html"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    """A file that may not be opened is skipped, not an error."""
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "a.txt").chmod(0)
    assert list(read([tmp_path])) == [Skipped(str(tmp_path / "a.txt"), "cannot be read: Permission denied")]


def test_link_to_the_folder_itself(tmp_path: Path) -> None:
    """A link back up is not followed forever."""
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert len(list(read([tmp_path]))) == 1


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.txt", HTML, "text/html"),
        ("a.html", "Title\n\nNo tags here.", "text/plain"),
        ("a", "<p>one</p><p>two</p><p>three</p>", "text/html"),
        ("a.md", "# Title\n\n<b>bold</b> words <br> and <br> more<br>", "text/plain"),
        ("story.ece", "<!-- c --><html><p>x</p></html>", "text/html"),
        ("a.html", "<?xml version='1.0'?><!DOCTYPE html><html><p>x</p></html>", "text/html"),
    ],
)
def test_content_before_name(tmp_path: Path, name: str, content: str, media_type: str) -> None:
    """What a file is, its content says before its name does."""
    (tmp_path / name).write_text(content)
    assert [i.media_type for i in read([tmp_path / name]) if isinstance(i, Document)] == [media_type]


@pytest.mark.parametrize(
    ("comment", "url", "saved"),
    [
        ("<!-- saved from url=(0024)https://www.x.org/news/1 -->", "https://www.x.org/news/1", None),
        ("<!-- saved from url=(0014)about:internet -->", None, None),
        (
            "<!--\n Page saved with SingleFile \n url: https://x.org/1?a=b \n"
            " saved date: Mon Jan 29 2024 21:05:09 GMT+0100 (Ora standard)\n-->",
            "https://x.org/1?a=b",
            datetime(2024, 1, 29, 21, 5, 9, tzinfo=timezone(timedelta(hours=1))),
        ),
        (
            "<!-- Mirrored from x.org/1.html by HTTrack Website Copier/3.x [XR&CO'2014],"
            " Mon, 01 Jan 2018 12:00:00 GMT -->",
            "http://x.org/1.html",
            datetime(2018, 1, 1, 12, tzinfo=UTC),
        ),
        ("<!-- FILE ARCHIVED ON 12:34:56 Jan 05, 2018 AND RETRIEVED FROM THE", None, datetime(2018, 1, 5, 12, 34, 56)),
    ],
)
def test_origin_of_saved_pages(tmp_path: Path, comment: str, url: str | None, saved: datetime | None) -> None:
    """The address and the day that a browser wrote into a page when it saved it are taken over."""
    (tmp_path / "a.html").write_text(HTML.replace("<html>", f"{comment}<html>"))
    assert [(i.url, i.saved) for i in read([tmp_path]) if isinstance(i, Document)] == [(url, saved)]


@pytest.mark.parametrize(
    "text", ['{"quoted"} words, not JSON', '[{"a": 1}, and then words', "Content, data\n\nA text about tables."]
)
def test_text_that_begins_like_data(tmp_path: Path, text: str) -> None:
    """A text that only begins like an export is read as a text."""
    (tmp_path / "a.txt").write_text(text)
    assert list(read([tmp_path / "a.txt"])) == [Document(str(tmp_path / "a.txt"), text, media_type="text/plain")]


def test_mended_lines_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """How many garbled lines of a file were mended is logged, and goes to the page's notes."""
    (tmp_path / "a.txt").write_text("perchÃ© no\nok\ncosÃ¬ sia", encoding="utf-8")
    with caplog.at_level("INFO"):
        found = [(i.content, i.notes) for i in read([tmp_path / "a.txt"]) if isinstance(i, Document)]
    assert found == [("perché no\nok\ncosì sia", ("2 garbled lines mended",))]
    assert caplog.messages == [f"{tmp_path}/a.txt: 2 garbled lines mended"]
