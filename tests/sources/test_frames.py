from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from sentiment.records import Document
from sentiment.sources import read

PAGE = '<!DOCTYPE html><html><body><p>Body</p><iframe title="x" src="{}" width="100%"></iframe><p>End</p></body></html>'
EMBED = (
    "<!-- saved from url=(0040)https://disqus.com/embed/comments/?base=1 --><html><head><title>D</title></head>"
    "<body class='x'><ul id='posts'><li>Ciao</li></ul></body></html>"
)
ADVERT = "<html><body><ul><li>Buy</li></ul></body></html>"


def only_content(path: Path) -> str:
    """The content of the only document."""
    (item,) = read([path])
    assert isinstance(item, Document)
    return item.content


@pytest.mark.parametrize("address", ["./page_files/a.html", "page_files/a.html", "./page_files/a%2Ehtml"])
def test_frame_in_the_companion_folder(tmp_path: Path, address: str) -> None:
    """Comments that a saved page shows in a frame stand in the place of the frame."""
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "a.html").write_text(EMBED)
    (tmp_path / "page.html").write_text(PAGE.format(address))
    content = only_content(tmp_path)
    assert content == (
        "<!DOCTYPE html><html><body><p>Body</p><div><ul id='posts'><li>Ciao</li></ul></div><p>End</p></body></html>"
    )


def test_frame_in_an_archive(tmp_path: Path) -> None:
    """The same holds for a page and its folder in a zip archive."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/page.html", PAGE.format("./page_files/a.html"))
        archive.writestr("in/page_files/a.html", EMBED)
    assert "<p>Body</p><div><ul id='posts'><li>Ciao</li></ul></div>" in only_content(tmp_path / "a.zip")


def test_other_frames(tmp_path: Path) -> None:
    """Frames of advertisements stay what they are."""
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "a.html").write_text(ADVERT)
    (tmp_path / "page.html").write_text(PAGE.format("./page_files/a.html"))
    assert only_content(tmp_path) == PAGE.format("./page_files/a.html")


@pytest.mark.parametrize(
    "address",
    [
        "../secret.html",
        "page_files/../../secret.html",
        "/etc/passwd",
        "other_files/a.html",
        "page_files/\0",
        "?",
        "page_files/link.html",
    ],
)
def test_frames_elsewhere(tmp_path: Path, address: str) -> None:
    """A page cannot make the reader open a file outside its own companion folder."""
    (tmp_path / "in" / "page_files").mkdir(parents=True)
    (tmp_path / "in" / "other_files").mkdir()
    (tmp_path / "in" / "other_files" / "a.html").write_text(EMBED)
    (tmp_path / "secret.html").write_text(EMBED)
    (tmp_path / "in" / "page_files" / "link.html").symlink_to(tmp_path / "secret.html")
    (tmp_path / "in" / "page.html").write_text(PAGE.format(address))
    assert "Ciao" not in only_content(tmp_path / "in" / "page.html")


def test_frame_in_mhtml(tmp_path: Path) -> None:
    """In an MHTML file the frame is a part of its own."""
    parts = (
        ("https://x.org/1", "<page@x>", PAGE.format("cid:frame-1@x")),
        ("https://disqus.com/embed/comments/", "<frame-1@x>", EMBED),
    )
    text = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    for location, identity, content in parts:
        text += f"--b\r\nContent-Type: text/html\r\nContent-ID: {identity}\r\n"
        text += f"Content-Location: {location}\r\n\r\n{content}\r\n"
    (tmp_path / "a.mhtml").write_text(f"{text}--b--\r\n", newline="")
    assert "<p>Body</p><div><ul id='posts'><li>Ciao</li></ul></div><p>End</p>" in only_content(tmp_path)
