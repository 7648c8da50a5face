"""Which comments count, and copies of comments."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.errors import InputError
from sentiment.records import Page, Stance
from sentiment.report.duplicates import Duplicates
from sentiment.report.filters import Filters
from tests.report.builders import human, model, page

CAMPAIGN = "Dear editors, we the readers of this site demand that these phones are kept out of our country at once"


def kept(filters: Filters, one: Page, stances: list[Stance], themes=None) -> list[str] | None:  # type: ignore[no-untyped-def]
    """The ids of the comments that pass."""
    found = filters.keeper(themes)(one, stances)
    return None if found is None else [comment.id for comment in found[0].comments]


def test_no_filter_keeps_all() -> None:
    """Without filters a page passes as it is."""
    one = page("p", 2)
    assert kept(Filters(), one, [human("favor")] * 2) == ["p-0", "p-1"]


def test_outlet_whatever_its_case() -> None:
    """A page of another outlet falls away; letters' case does not matter."""
    one = page("p", 1, outlet="A.example")
    assert kept(Filters(outlets=("a.example",)), one, [human("favor")]) == ["p-0"]
    assert kept(Filters(outlets=("b.example",)), one, [human("favor")]) is None


def test_language_of_the_comment() -> None:
    """The comment's own language decides, not its page's."""
    one = page("p", 2)
    one = replace(one, comments=(replace(one.comments[0], language="it"), one.comments[1]))
    assert kept(Filters(languages=("it",)), one, [human("favor")] * 2) == ["p-0"]


def test_days_include_both_ends() -> None:
    """Since and until count the days themselves; a comment without a date goes by its page's."""
    one = page("p", 3, dates=[datetime(2018, 5, 1, 23), datetime(2018, 5, 2), datetime(2018, 5, 3)])
    assert kept(Filters(since=date(2018, 5, 1), until=date(2018, 5, 2)), one, [human("favor")] * 3) == ["p-0", "p-1"]
    undated = replace(page("q", 1), published=date(2018, 5, 2))
    assert kept(Filters(since=date(2018, 5, 2)), undated, [human("favor")]) == ["q-0"]
    assert kept(Filters(since=date(2018, 5, 3)), undated, [human("favor")]) == []


def test_confidence_is_the_models_also_where_people_labelled() -> None:
    """A label does not let a doubtful comment in: the labelled ones must stay a sample of those that pass."""
    doubtful = model(0.3, 0.3, 0.2, 0.2)
    labelled = replace(doubtful, source="human", inclusion=0.5)
    sure = model(0.9, 0.05, 0.03, 0.02)
    assert kept(Filters(min_confidence=0.6), page("p", 3), [doubtful, labelled, sure]) == ["p-2"]


def test_reasons_and_top_level() -> None:
    """A comment must name one of the reasons; answers fall away where only the first level counts."""
    one = page("p", 2, texts=["too expensive", "spyware"])
    found = kept(
        Filters(reasons=("price",)),
        one,
        [human("favor")] * 2,
        lambda text, _: {"price": False} if "exp" in text else {},
    )
    assert found == ["p-0"]
    answers = replace(one, comments=(one.comments[0], replace(one.comments[1], parent_id="p-0", depth=1)))
    assert kept(Filters(top_level_only=True), answers, [human("favor")] * 2) == ["p-0"]


def test_copies_count_once() -> None:
    """Of a campaign's comments the first counts, over pages too."""
    keep = Filters(duplicates="once").keeper()
    for name, expected in (("p", 1), ("q", 0)):
        found = keep(page(name, 2, texts=[CAMPAIGN]), [human("against")] * 2)
        assert found is not None
        assert len(found[0].comments) == expected


@pytest.mark.parametrize(
    "wrong",
    [{"duplicates": "twice"}, {"min_confidence": 1.5}, {"since": date(2019, 1, 1), "until": date(2018, 1, 1)}],
)
def test_filters_that_make_no_sense(wrong: dict[str, object]) -> None:
    """They are refused with what was found."""
    with pytest.raises(InputError):
        Filters(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        (CAMPAIGN.upper() + "!!!", True),
        (CAMPAIGN.replace("at once", "right now"), True),
        (CAMPAIGN + " Thank you", True),
        ("Dear editors, I for one think these phones are welcome and will buy one as soon as a shop has it", False),
        ("Good luck!", False),
    ],
)
def test_near_copies(text: str, copy: bool) -> None:
    """Case, marks and a changed ending do not make a comment new; another opinion in like words does."""
    duplicates = Duplicates()
    assert duplicates.first_of("a", CAMPAIGN) is None
    duplicates.first_of("b", "Good luck!")
    assert duplicates.first_of("c", text) == ("a" if copy else None)


@given(st.lists(st.text(), max_size=8))
def test_the_second_time_everything_long_is_a_copy(texts: list[str]) -> None:
    """Whatever the texts, those of four words or more are known when they come again."""
    duplicates = Duplicates()
    for i, text in enumerate(texts):
        duplicates.first_of(str(i), text)
    import re

    for text in texts:
        known = duplicates.first_of("again", text) is not None
        assert known or len(re.findall(r"\w+", text.casefold())) < 4
