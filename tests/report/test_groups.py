"""Pages folded into groups."""

import csv
import io
import json

import pytest

from sentiment.errors import InputError
from sentiment.records import STANCES, Comment, Page, Skipped, Stance
from sentiment.report import render
from sentiment.report.groups import Report, Tally, finish


def page(name: str, comments: int, *, outlet: str = "a.example", language: str = "en") -> Page:
    """A page with so many comments in its own language."""
    made = tuple(Comment(f"{name}{i}", name, i + 1, f"words {i}", language=language) for i in range(comments))
    return Page(id=name, source=name, body="", comments=made, outlet=outlet, language=language)


def human(name: str) -> Stance:
    """A stance that a person gave."""
    return Stance(name, (0.25, 0.25, 0.25, 0.25), source="human", annotator="ann", model="m")


def model(*probabilities: float) -> Stance:
    """A stance that a model gave."""
    return Stance(STANCES[probabilities.index(max(probabilities))], probabilities, model="m")  # type: ignore[arg-type]


def folded(*pages: tuple[Page, list[Stance]], by: tuple[str, ...] = ("outlet", "language")) -> Report:
    """The report over pages with stances."""
    tally = Tally(by)
    for one, stances in pages:
        tally.add(one, stances)
    return finish(tally, target="t", statement="T", model="m", skipped=[Skipped("x.bin", "binary")])


def test_labelled_group_has_intervals() -> None:
    """Where people labelled every comment, shares come with intervals."""
    report = folded((page("p", 4), [human("favor"), human("favor"), human("against"), human("unrelated")]))
    (group,) = report.groups
    assert (group.pages, group.comments, group.human, group.method) == (1, 4, 4, "human labels")
    assert group.shares["favor"].share == 0.5
    assert group.shares["favor"].n == 2
    assert group.shares["favor"].low is not None
    assert group.net.share == 0.25
    assert "too few to compare" in group.note
    assert "one thread" in group.note


def test_model_only_group_has_no_interval() -> None:
    """A model that nobody checked gives mean probabilities, and no interval."""
    report = folded((page("p", 2), [model(0.7, 0.1, 0.1, 0.1), model(0.3, 0.5, 0.1, 0.1)]))
    (group,) = report.groups
    assert group.method == "model only"
    assert group.shares["favor"].share == pytest.approx(0.5)
    assert group.shares["favor"].n == 1
    assert group.shares["favor"].low is None
    assert "not validated" in group.note


def test_a_page_without_comments_is_shown() -> None:
    """It counts as a page with 0 comments, and has no shares."""
    report = folded((page("p", 0, outlet="quiet.example"), []))
    (group,) = report.groups
    assert (group.outlet, group.pages, group.comments) == ("quiet.example", 1, 0)
    assert group.shares["favor"].share is None


def test_untagged_comments_are_counted_not_guessed() -> None:
    """A language without a model is outside the shares, and said."""
    report = folded((page("p", 2, language="es"), [Stance(None, source="none"), human("against")]))
    (group,) = report.groups
    assert group.untagged == 1
    assert group.shares["against"].share == 1.0
    assert "1 of 2 comments not tagged" in group.note


def test_grouping_by_one_dimension() -> None:
    """By outlet alone, languages fall together."""
    pages = [(page("p", 1), [human("favor")]), (page("q", 1, language="it"), [human("against")])]
    assert len(folded(*pages).groups) == 2
    (group,) = folded(*pages, by=("outlet",)).groups
    assert (group.outlet, group.language, group.pages) == ("a.example", None, 2)


def test_unknown_dimension_is_refused() -> None:
    """The message names what can be chosen."""
    with pytest.raises(InputError, match="outlet, language"):
        Tally(["moon"])


def test_json_has_the_promised_shape() -> None:
    """Keys and types as other programs rely on them; no interval is null."""
    data = json.loads(render.to_json(folded((page("p", 1), [model(0.7, 0.1, 0.1, 0.1)]))))
    assert set(data) >= {"target", "model", "groups", "total", "skipped"}
    (group,) = data["groups"]
    assert set(group) >= {"outlet", "language", "pages", "comments", "human", *STANCES, "net", "method", "note"}
    assert group["favor"] == {"n": 1, "share": 0.7, "low": None, "high": None}
    assert data["skipped"] == [{"source": "x.bin", "reason": "binary"}]


def test_csv_has_a_row_per_group_and_a_total() -> None:
    """The total comes last and is named."""
    text = render.to_csv(folded((page("p", 1), [human("favor")]), (page("q", 0, outlet="b.example"), [])))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["outlet"] for row in rows] == ["a.example", "b.example", "TOTAL"]
    assert rows[0]["favor_share"] == "1.0"
    assert rows[1]["favor_share"] == ""


def test_markdown_escapes_pipes() -> None:
    """An outlet with a pipe does not break the table."""
    text = render.to_markdown(folded((page("p", 1, outlet="a|b"), [human("favor")])))
    assert "a\\|b" in text


@pytest.mark.parametrize("width", [80, 120])
def test_table_fits_the_terminal(width: int) -> None:
    """No line is longer than the terminal, and every number is there."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None, highlight=False)
    stances = [human("favor")] * 12 + [human("against")] * 9 + [human("neutral")] * 4
    second = (page("q", 7), [human("favor")] * 6 + [human("against")])
    render.print_table(folded((page("p", 25, outlet="www.a-rather-long-name.example"), stances), second), console)
    text = out.getvalue()
    assert "−100…+100" in text, "the widest interval there is"
    assert max(map(len, text.splitlines())) <= width
    assert "48 %" in text
    assert "30–67" in text
