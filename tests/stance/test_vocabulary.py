"""Feature names are decoded a language at a time."""

import pytest

from sentiment.stance.vocabulary import Vocabulary

NAMES = sorted(["de\tnein", "de\tné", "en\tno", "en\tno\u2028way", "en\tyes", "it\tsì", "ru\tда", "ru\tнет"])


@pytest.mark.parametrize("language", ["de", "en", "it", "ru"])
def test_a_language_stands_together(language: str) -> None:
    """Columns and names of a language are those that begin with it, wherever it stands in the file."""
    found = Vocabulary.of(NAMES)
    own = found.span(language)
    assert found[own] == [name for name in NAMES if name.startswith(f"{language}\t")]
    assert found.own(language) == [name.partition("\t")[2] for name in found[own]]


@pytest.mark.parametrize("language", ["", "e", "n", "fr", "zz"])
def test_a_language_that_is_not_there(language: str) -> None:
    """It has neither columns nor names."""
    found = Vocabulary.of(NAMES)
    assert found[found.span(language)] == found.own(language) == []


def test_one_name_and_none() -> None:
    """The smallest vocabularies."""
    assert list(Vocabulary.of(["en\tno"])) == ["en\tno"]
    assert Vocabulary.of(["en\tno"]).own("en") == ["no"]
    assert (len(Vocabulary(b"")), list(Vocabulary(b"")), Vocabulary(b"").own("en")) == (0, [], [])
