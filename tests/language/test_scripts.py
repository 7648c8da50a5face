"""A comment in other letters than its page's language is not in that language."""

from __future__ import annotations

import pytest

from sentiment.language import identify
from sentiment.language.scores import table
from sentiment.language.scripts import scripts
from sentiment.records import UNKNOWN_LANGUAGE


@pytest.mark.parametrize("page", ["en", "it", "de", "fr"])
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Наконец-то они придут и сюда", "ru"),
        ("не нужны нам такие телефоны", "ru"),
        ("Дорого, никто не купит", "ru"),
        ("Нарешті вони прийдуть до Америки", "uk"),
        ("Много скъпо, никой няма да го купи", "bg"),
        ("Επιτέλους έρχονται και εδώ", "el"),
        ("终于要来美国了", "zh"),
        ("やっとアメリカに来ますね", "ja"),
    ],
)
def test_the_letters_overrule_the_page(text: str, language: str, page: str) -> None:
    """A sentence in other letters is in the language of its words, whatever the page."""
    assert identify(text, page) == language


@pytest.mark.parametrize("text", ["м", "нннн", "汉"])
def test_what_stays_unclear_is_unknown_and_not_the_pages_language(text: str) -> None:
    """Words too short to tell are never given a language that is not written in their letters."""
    assert identify(text, "en") in {UNKNOWN_LANGUAGE, "ru", "zh"}


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [
        ("Xiaomi сила", "ru", "ru"),
        ("The word Правда means truth, by the way", "en", "en"),
        ("größer und schöner als vorher", "de", "de"),
        ("да", "ru", "ru"),
    ],
)
def test_a_few_foreign_letters_change_nothing(text: str, page: str, language: str) -> None:
    """Brands in Latin letters, or one word in others, leave the page's language as likely as before."""
    assert identify(text, page) == language


def test_every_language_of_a_script_is_one_that_can_be_told() -> None:
    """The file of scripts names no language that the weights do not know."""
    named = {code for script in scripts().by_name.values() for code in script.languages}
    assert named <= set(table().codes)
