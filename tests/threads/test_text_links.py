"""Links in plain text: their words are words, their addresses are the authors'."""

import pytest

from sentiment.assemble import assemble
from sentiment.records import Document, Page
from sentiment.threads.text import read_text
from sentiment.threads.text.lines import split

ARTICLE = "The harbour gets a second crane in spring, the council said on Friday, and the old one will be painted red."


def read(text: str, url: str | None = None) -> Page:
    """A text as the reader sees it."""
    document = Document("x", text, url=url)
    return assemble(read_text(document), document)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("See [the plan](https://a.example/x_(y)) again", "See the plan again"),
        ('See [the plan](/x "A title") again', "See the plan again"),
        ("[![Ann](a.png) Ann](/u/1)", "Ann"),
        ("Well ![😀](e.png) done", "Well 😀 done"),
        ("![A crane](crane.jpg) Red", "Red"),
        (r"[\[report\]](/r)", "[report]"),
        ("I said [sic](really) so", "I said [sic](really) so"),
        ("An array[3] and [brackets]", "An array[3] and [brackets]"),
    ],
)
def test_what_is_shown_of_a_link(raw: str, shown: str) -> None:
    """A link leaves its words, a picture its emoji or nothing; brackets that are no link stay."""
    assert split(raw)[0].text == shown


def test_numbers_without_a_list_stay() -> None:
    """Numbers in brackets are links only if a list at the end says where they lead."""
    assert [line.text for line in split("As said [1] before [2]")] == ["As said [1] before [2]"]
    listed = split("As said [1]before\n\nReferences\n\n1. https://a.example/\n")
    assert [line.text for line in listed if not line.blank and not line.aside] == ["As said before"]


def test_author_url_is_whole_where_the_page_is_known() -> None:
    """A relative address is resolved against the page's; what is no page of a person gives none."""
    comments = "\n\n".join(
        f"[{name}]({target})\n3 May 2018 at 10:0{i}\n\nA fine crane, I think, number {i}.\n\nReply"
        for i, (name, target) in enumerate([("ann", "/u/1"), ("bob", "javascript:void(0)"), ("cleo", "//b.example/c")])
    )
    page = read(f"# Crane\n\n{ARTICLE}\n\n## 3 Comments\n\n{comments}\n", url="https://a.example/crane")
    assert [(c.author, c.author_url) for c in page.comments] == [
        ("ann", "https://a.example/u/1"), ("bob", None), ("cleo", "https://b.example/c"),
    ]  # fmt: skip


def test_menu_of_links_is_no_list_of_comments() -> None:
    """Bulleted links below a word that may head comments are a menu."""
    menu = "\n".join(f"- [Section {i}](/s/{i})" for i in range(12))
    assert not read(f"# Crane\n\n{menu}\n- [Opinions](/opinions)\n\n{menu}\n\n{ARTICLE}\n").comments
