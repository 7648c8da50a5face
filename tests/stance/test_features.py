"""Features: pure functions from a comment to names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.stance.features import Analysers, char_ngrams, marks, near, tags, words
from sentiment.stance.lexicon import Lexicon
from sentiment.stance.target import Target
from sentiment.stance.tokens import prepare, tokenise


@pytest.fixture(scope="module")
def analysers(target: Target) -> Analysers:
    """The blocks with the packaged target's words."""
    return Analysers({"cues": target.cues, "entities": target.entities})


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Don't buy!!!", ["don't", "buy", "!!"]),
        ("Dell'iPhone, no?", ["dell'", "iphone", ",", "no", "?"]),
        ("ну и что... :)", ["ну", "и", "что", "..", ":)"]),
        ("👍👍 +1", ["👍", "+", "1"]),
        ("", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    """Words, marks and smileys are cut as readers mean them."""
    assert tokenise(text) == tokens


def test_words_and_pairs() -> None:
    """A word block has the words and the neighbours."""
    assert words(prepare("No thanks.")) == ["no", "thanks", ".", "no thanks", "thanks ."]


def test_neighbours_in_either_order_and_form() -> None:
    """Two words near each other are one feature, whichever stands first and however they end; marks do not part them."""
    found = near(prepare("We trusted Xiaomi, again"))
    assert sorted(found) == ["agai trus", "agai we", "agai xiao", "trus we", "trus xiao", "we xiao"]
    assert set(near(prepare("xiaomis trust"))) <= set(found)
    assert near(prepare("one two three four five")) != near(prepare("one five"))
    assert "five one" not in near(prepare("one two three four five"))
    assert near(prepare("no no 4 !")) == []


def test_letters_stay_within_a_word() -> None:
    """Letter groups know the edges of a word."""
    grams = char_ngrams("ja")
    assert {" j", "ja", "a ", " ja", "ja ", " ja "} == set(grams)


@pytest.mark.parametrize(
    ("text", "language", "some"),
    [
        ("I would never buy a Xiaomi", "en", ["refusal of aliases"]),
        ("Finally! Xiaomi in the US", "en", ["welcome"]),
        ("non è economico", "it", ["no price"]),
        ("scheitern werden sie", "de", ["failure of nobody"]),
        ("американцы шпионят за всеми", "ru", ["spying of places"]),
    ],
)
def test_cues_are_shared_by_languages(analysers: Analysers, text: str, language: str, some: list[str]) -> None:
    """The same concept has one name in every language, with who is near and whether it is denied."""
    assert set(some) <= set(analysers.cues(prepare(text, language=language)))


def test_negation_ends_with_the_clause(analysers: Analysers) -> None:
    """A negator reaches some words, not past a full stop."""
    assert analysers.negated(prepare("not good. great phone", language="en")) == ["not good"]


@pytest.mark.parametrize(
    ("text", "language", "attitude"),
    [
        ("Right on", "en", "agreement"),
        ("esatto", "it", "agreement"),
        ("nein", "de", "disagreement"),
        ("как раз наоборот", "ru", "disagreement"),
        ("my cat is grey", "en", "neither"),
    ],
)
def test_replies_know_their_attitude(analysers: Analysers, text: str, language: str, attitude: str) -> None:
    """An answer's opening tells whether it agrees; what is not an answer has no attitude."""
    found = analysers.reply(prepare(text, language=language, parent="Xiaomi?"))
    assert f"reply {attitude}" in found
    assert analysers.reply(prepare(text, language=language)) == []


def test_vader_reads_english_alone(analysers: Analysers) -> None:
    """In German VADER reads *die* as a verb, so it is not asked."""
    assert analysers.vader(prepare("great phone", language="en"))["vader compound"] > 0.5
    assert analysers.vader(prepare("Die Regierung", language="de")) == {}


def test_vader_is_bounded(analysers: Analysers) -> None:
    """VADER is quadratic in length; a text of a megabyte still takes less than two seconds."""
    doc = prepare("great awful " * 90_000, language="en")
    start = time.perf_counter()
    analysers.vader(doc)
    assert time.perf_counter() - start < 2


def test_marks_and_tags() -> None:
    """Emphasis, capitals and questions are marks; hashtags, names and hosts are tags."""
    found = marks(prepare("WHAT IS THIS??"))
    assert {"shouts", "has ??", "ends ??"} <= set(found)
    assert tags(prepare("@Bob #NoXiaomi https://Example.com/x/y")) == ["@bob", "#noxiaomi", "https://example.com/x"]


def test_quotes_are_not_words() -> None:
    """What a comment quotes is known to be there, but its words are no feature."""
    doc = prepare("I disagree", quote="spyware everywhere")
    assert "spyware" not in doc.tokens
    assert "quotes" in marks(doc)


def test_stems_and_phrases() -> None:
    """A stem finds its inflections, a phrase its words in order, the longest wins."""
    lexicon = Lexicon({"price": {"de": ["preis*"]}, "wish": {"de": ["her damit", "her"]}, "x": {"en": ["preis"]}}, "de")
    assert lexicon.find(tokenise("Preiskampf? Her damit!")) == [(0, 1, "price"), (2, 4, "wish")]


@given(st.text(max_size=150), st.text(max_size=80), st.sampled_from(["en", "it", "de", "ru", "xx", ""]))
def test_no_text_breaks_a_block(text: str, above: str, language: str) -> None:
    """Every block takes every text, gives strings, and gives the same ones again."""
    run = Analysers({"cues": {"wish": {"en": ["want*"]}}, "entities": {"aliases": {"any": ["mi"]}}})
    doc = prepare(text, language=language, parent=above)
    for block in run.blocks.values():
        found = block(doc)
        assert all(isinstance(name, str) and "\n" not in name for name in found)
        assert block(doc) == found
