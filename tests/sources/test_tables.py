from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.records import Comment, Document, Page, Skipped
from sentiment.sources import ReadOptions, read
from sentiment.sources.blob import Item
from sentiment.sources.own_export import restore


def read_table(folder: Path, content: str, name: str = "in.csv", /, **options: str) -> list[Item]:
    """What reading a file with this text gives."""
    (folder / name).write_text(content, encoding="utf-8", newline="")
    return list(read([folder / name], options=ReadOptions(**options)))  # type: ignore[arg-type]


def pages(items: list[Item]) -> list[Page]:
    """The items, which are pages."""
    assert all(isinstance(item, Page) for item in items), items
    return [item for item in items if isinstance(item, Page)]


def told(page: Page) -> list[tuple[str | None, str, int]]:
    """Author, words and depth of the comments of a page."""
    return [(comment.author, comment.text, comment.depth) for comment in page.comments]


def reason(items: list[Item]) -> str:
    """Why the only item was skipped."""
    (item,) = items
    assert isinstance(item, Skipped)
    return item.reason


def test_usual_names(tmp_path: Path) -> None:
    """Columns with usual names need no options; rows with the same address are comments of the same page."""
    (page, other) = pages(
        read_table(
            tmp_path,
            "url,Author,Comment,Date,comment_id,parent_id\n"
            'https://x.org/1,Ann,"One, two\nthree",2018-03-05T10:00:00Z,c1,\n'
            "https://x.org/2,Cy,Else,,c3,\n"
            "https://x.org/1#comments,Bob,No,1520244000,c2,c1\n",
        )
    )
    assert (page.url, page.outlet, told(page)) == (
        "https://x.org/1",
        "x.org",
        [("Ann", "One, two\nthree", 0), ("Bob", "No", 1)],
    )
    assert {comment.date for comment in page.comments} == {datetime(2018, 3, 5, 10, tzinfo=UTC)}
    assert told(other) == [("Cy", "Else", 0)]


def test_named_columns(tmp_path: Path) -> None:
    """Columns may be named one by one, in any case of letters."""
    (page,) = pages(
        read_table(
            tmp_path,
            "a;b;c;d;e;f;g;h\nwords;Il Post;Ann;2018-03-05;;k1;https://x.org/1;T\nmore;Il Post;Bob;;k1;k2;https://x.org/1;T\n",
            text="A", outlet="b", author="c", date="d", parent="e", id="f", url="g", title="h",
        )
    )  # fmt: skip
    assert (page.outlet, page.title, told(page)) == ("Il Post", "T", [("Ann", "words", 0), ("Bob", "more", 1)])


@pytest.mark.parametrize("header", ["votes,stars", "votes;stars", "votes\tstars"])
def test_no_text_column(tmp_path: Path, header: str) -> None:
    """A table without comments is skipped, and the columns that are there are named."""
    assert reason(read_table(tmp_path, f"{header}\n1,2\n")) == (
        "a table without a column of comments; columns found: votes, stars; name it: --text COLUMN"
    )


def test_missing_column(tmp_path: Path) -> None:
    """A column that was asked for and is not there is told with those that are."""
    assert (
        reason(read_table(tmp_path, "text,who\nx,y\n", author="name")) == "no column 'name'; columns found: text, who"
    )


YOUTUBE = """videoId,id,authorDisplayName,textDisplay,publishedAt,likeCount,parentId
dQw4w9WgXcQ,Ugx1,@ann,Nice &amp; <br>good,2018-03-05T10:00:00Z,5,
dQw4w9WgXcQ,Ugx1.r1,@bob,<a href="x">@ann</a> no,2018-03-05T10:00:00Z,0,
"""
FACEBOOK = """post_id,post_text,comment_id,comment_by,is_reply,comment_message,comment_published,comment_like_count
7_8,The news,8_1,Ann,0,Bello,2018-03-05T10:00:00+0000,2
7_8,The news,8_2,Bob,1,No,2018-03-05T10:00:00+0000,0
"""
REDDIT = """id,author,body,created_utc,link_id,parent_id,permalink
a,ann,one,1520244000,t3_xyz,t3_xyz,/r/p/comments/xyz/t/a/
b,bob,two,1520244000,t3_xyz,t1_a,/r/p/comments/xyz/t/b/
c,[deleted],[deleted],1520244000,t3_xyz,t1_a,/r/p/comments/xyz/t/c/
"""
YTCC = (
    "cid,text,time,author,votes,link\nU1,a,1 year ago,Ann,1.0,https://x.org/v?lc=U1\nU2,b,,Bo,2,https://x.org/v?lc=U2\n"
)


@pytest.mark.parametrize(
    ("table", "url", "comments"),
    [
        (YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXcQ", [("@ann", "Nice &\ngood", 0), ("@bob", "@ann no", 1)]),
        (FACEBOOK, None, [("Ann", "Bello", 0), ("Bob", "No", 0)]),
        (REDDIT, "https://www.reddit.com/comments/t3_xyz".replace("t3_", ""), [("ann", "one", 0), ("bob", "two", 1)]),
        (YTCC, "https://x.org/v", [("Ann", "a", 0), ("Bo", "b", 0)]),
    ],
)
def test_known_exports(tmp_path: Path, table: str, url: str | None, comments: list[tuple[str, str, int]]) -> None:
    """Tables that tools for YouTube, Facebook and Reddit write are read without options."""
    (page,) = pages(read_table(tmp_path, table))
    assert (page.url, told(page)) == (url, comments)


def test_addresses_of_comments(tmp_path: Path) -> None:
    """Where each row has a link of its own, the links are those of comments and the table is one page."""
    rows = "".join(f"w{n},https://x.org/c/{n}\n" for n in range(4))
    assert len(pages(read_table(tmp_path, f"comment,link\n{rows}"))) == 1
    assert len(pages(read_table(tmp_path, f"comment,article_url\n{rows}"))) == 4


def test_rows_without_words(tmp_path: Path) -> None:
    """Rows without words are counted."""
    (page,) = pages(read_table(tmp_path, "text,author\nx,a\n,b\n  ,c\n[deleted],d\n"))
    assert page.evidence.notes == ("1 left out: deleted", "2 left out: without text")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    """Tables are decoded like any text."""
    (tmp_path / "in.csv").write_text("Автор;Комментарий\nАнна;Не думаю, что получится\n", encoding=encoding)
    (page,) = pages(list(read([tmp_path / "in.csv"])))
    assert told(page) == [("Анна", "Не думаю, что получится", 0)]


def test_long_cell(tmp_path: Path) -> None:
    """A comment may be longer than the usual limit of CSV readers, which stays as it was."""
    before = csv.field_size_limit()
    (page,) = pages(read_table(tmp_path, f"text,author\n{'w ' * 200_000},a\n"))
    assert len(page.comments[0].text) > 300_000
    assert csv.field_size_limit() == before


def test_table_without_ending(tmp_path: Path) -> None:
    """A table is known by its header where its name says nothing; a text with commas stays a text."""
    (page,) = pages(read_table(tmp_path, "author,text\nAnn,Hi\n", "in"))
    assert told(page) == [("Ann", "Hi", 0)]
    assert not any(isinstance(i, Page) for i in read_table(tmp_path, "Text, message and author\n\nWords.\n", "in.txt"))


def test_parquet(tmp_path: Path) -> None:
    """Parquet files are tables too."""
    table = pa.table({"text": ["One", None, "Two"], "author": ["Ann", "Bob", "Cy"], "score": [1, 2, None]})
    pq.write_table(table, tmp_path / "in.parquet")
    (page,) = pages(list(read([tmp_path / "in.parquet"])))
    assert told(page) == [("Ann", "One", 0), ("Cy", "Two", 0)]
    assert page.comments[0].score == 1
    (tmp_path / "in.parquet").write_bytes((tmp_path / "in.parquet").read_bytes()[:-20])
    assert reason(list(read([tmp_path / "in.parquet"]))).startswith("a damaged Parquet file")


def test_parquet_of_pages(tmp_path: Path) -> None:
    """Rows with HTML are pages, a few of them held at a time; a column of comments that is asked for still is one."""
    rows = [{"url": f"https://a.example/{n}", "html": f"<p>Page {n}</p>", "outlet": "A"} for n in range(250)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    found = list(read([tmp_path / "in.parquet"], options=ReadOptions(max_unpacked=10)))
    assert [item.url for item in found if isinstance(item, Document)] == [f"https://a.example/{n}" for n in range(250)]
    assert isinstance(found[7], Document)
    assert (found[7].content, found[7].outlet, found[7].media_type) == ("<p>Page 7</p>", "A", "text/html")
    asked = list(read([tmp_path / "in.parquet"], options=ReadOptions(text="html")))
    assert sum(len(page.comments) for page in asked if isinstance(page, Page)) == 250


EXPORT = [
    "page_id", "outlet", "url", "title", "page_language", "comment_id", "position", "parent_id", "author", "date",
    "language", "text", "quote", "stance", "p_favor", "confidence", "model",
]  # fmt: skip


def export(*rows: list[str]) -> str:
    """An export in the form that this project writes."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([EXPORT, *([*row, *[""] * (len(EXPORT) - len(row))] for row in rows)])
    return buffer.getvalue()


def test_own_export(tmp_path: Path) -> None:
    """Our own export gives the same pages and comments again, with the ids that labels refer to."""
    date = "2018-03-05T10:00:00+01:00"
    (page, other) = pages(
        read_table(
            tmp_path,
            export(
                ["p1", "x.org", "https://x.org/1", "T", "it", "c2", "2", "c1", "Bob", "", "en", "'=no", "q"],
                ["p2", "unknown", "", "", "und", "c3", "1", "", "", "", "und", "Solo", ""],
                ["p1", "x.org", "https://x.org/1", "T", "it", "c1", "1", "", "'@ann", date, "it", "Ciao\nriga", ""],
            ),
        )
    )
    assert (page.id, page.outlet, page.url, page.title, page.language) == ("p1", "x.org", "https://x.org/1", "T", "it")
    assert page.comments == (
        Comment("c1", "p1", 1, "Ciao\nriga", author="@ann", date=datetime.fromisoformat(date), language="it"),
        Comment("c2", "p1", 2, "=no", parent_id="c1", depth=1, author="Bob", quote="q", language="en"),
    )
    assert (other.id, other.outlet, other.url, [c.id for c in other.comments]) == ("p2", "unknown", None, ["c3"])


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_own_export_in_other_forms(tmp_path: Path, form: str) -> None:
    """Our own export in lines of JSON and in Parquet gives what its CSV file gives."""
    row = ["p1", "x.org", "https://x.org/1", "T", "it", "c1", "1", "", "Ann", "2018-03-05T10:00:00+01:00", "it", "Ciao"]
    (expected,) = pages(read_table(tmp_path, export(row)))
    cells: dict[str, object] = {**dict(zip(EXPORT, [*row, *[None] * 5], strict=True)), "position": 1}
    if form == "jsonl":
        (tmp_path / "in.jsonl").write_text(json.dumps(cells) + "\n")
    else:
        pq.write_table(pa.Table.from_pylist([cells]), tmp_path / "in.parquet")
    (page,) = pages(list(read([tmp_path / f"in.{form}"])))
    assert (page.id, page.outlet, page.language, page.comments) == ("p1", "x.org", "it", expected.comments)


@given(st.text(alphabet="'=+-@\t\rab ", max_size=6))
def test_neutralised_cells(cell: str) -> None:
    """A cell that was kept from being a formula reads back exactly."""
    dangerous = cell.lstrip("'")[:1] in tuple("=+-@\t\r") and cell.lstrip("'") != ""
    assert restore(f"'{cell}" if dangerous else cell) == cell
