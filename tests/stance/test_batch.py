"""Many comments at once: the same as one by one, by the functions that training uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from sentiment.stance import score
from sentiment.stance.batch import chunks as chunk_memory
from sentiment.stance.batch.arrays import Keys, Lists, ranges
from sentiment.stance.batch.chunks import Chunks
from sentiment.stance.batch.grams import Grams
from sentiment.stance.batch.score import Asked
from sentiment.stance.batch.valence import SCORES, Valence
from sentiment.stance.explain import MOST, reasons_of
from sentiment.stance.features import Analysers, char_ngrams
from sentiment.stance.model import Model
from sentiment.stance.tag import packaged_model
from sentiment.stance.tokens import prepare
from sentiment.stance.train import Fitted, Options, train

PIECES = [
    *(
        "never",
        "great",
        "Xiaomi",
        "not",
        "buy",
        "US",
        "mai",
        "finalmente",
        "non",
        "voglio",
        "spyware",
        "China",
        "agree",
    ),
    *("right on", "hell yes", "on the other hand", "anche se", "più o meno", "d'accordo", "couldn't agree more"),
    *(
        "👍",
        "👍🏽",
        "👍 👍",
        "😂😂",
        "❤️",
        "➡",
        "\u200b",
        "\ufeff",
        ":)",
        "<3",
        "...",
        "!!",
        "?!",
        ".",
        ",",
        "(",
        '"',
        "`",
    ),
    *(
        "xxx",
        "mxxda",
        "mXxda",
        "XX",
        "xX",
        "f*ck",
        "put*an3",
        "soooo",
        "WOW",
        "ΑΣ",
        "İ",
        "ß",
        "ʼ",
        "ﬁ",
        "e\u0301",
        "\u212b",
    ),
    *(
        "@bob",
        "@user",
        "#tag",
        "https://a.example/b",
        "www.x.y",
        "[USER]",
        "\x00",
        "\x1c",
        "\u2003",
        "1000",
        "don`t",
        "²",
    ),
]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=14).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
)
COMMENTS = st.lists(st.tuples(TEXTS, st.one_of(st.just(""), TEXTS), st.booleans()), min_size=1, max_size=6)
FIXTURE = [HealthCheck.function_scoped_fixture]


def one_by_one(model: Model, comments: list[tuple[str, str, bool]], language: str) -> dict[tuple[int, int], float]:
    """Comment and column -> value, from the blocks that are functions of a single comment."""
    docs = [
        model.prepare(text, language=language, parent=parent, quote="x" if quoted else "")
        for text, parent, quoted in comments
    ]
    docs = list(model.scorer.with_parents(docs))
    found = {}
    for block in model.scorer.blocks:
        for row, column, value in zip(*block.entries(docs), strict=True):
            if value:
                found[int(row), int(column)] = float(value)
    return found


def together(model: Model, comments: list[tuple[str, str, bool]], language: str) -> dict[tuple[int, int], float]:
    """The same, for all comments at once."""
    rows, columns, values = model.scorer.many(language).entries(Asked(*map(list, zip(*comments, strict=True))))
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == len(rows)
    return {
        (row, column): value
        for row, column, value in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True)
        if value
    }


@settings(max_examples=150, deadline=None, suppress_health_check=FIXTURE)
@given(comments=COMMENTS, language=st.sampled_from(["en", "it"]))
@example(comments=[("don`t buy", "", False), ("don`t buy 👍", "", False)], language="en")
@example(comments=[("xX mxXda", "", False), ("xx mxXda", "", False)], language="en")
@example(comments=[("👍 \u200b 👍 great", "👍 👍", True)], language="en")
@example(comments=[("HTTP://👍 👍", "", False)], language="en")
@example(comments=[("agree totally so and so " * 40, "never", False)], language="en")
def test_features_are_those_of_one_comment(
    fitted: Fitted, comments: list[tuple[str, str, bool]], language: str
) -> None:
    """Every block gives the same columns and values for many comments at once as for one, for any text."""
    alone, at_once = one_by_one(fitted.model, comments, language), together(fitted.model, comments, language)
    assert at_once.keys() == alone.keys()
    np.testing.assert_allclose([at_once[key] for key in alone], list(alone.values()), rtol=1e-12)


@settings(max_examples=40, deadline=None, suppress_health_check=FIXTURE)
@given(comments=COMMENTS)
def test_a_model_without_languages_too(plain: Fitted, comments: list[tuple[str, str, bool]]) -> None:
    """A model that applies to every text finds the words of every language's concepts."""
    alone, at_once = one_by_one(plain.model, comments, ""), together(plain.model, comments, "")
    assert at_once.keys() == alone.keys()
    np.testing.assert_allclose([at_once[key] for key in alone], list(alone.values()), rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["de", "en", "it", "ru"])), min_size=1, max_size=8))
def test_the_packaged_model_too(texts: list[tuple[str, str, str]]) -> None:
    """The model that comes with the package says of many comments what it says of each."""
    model = packaged_model("xiaomi-us")
    docs = [model.prepare(text, language=language, parent=parent) for text, parent, language in texts]
    bodies, parents, languages = (list(column) for column in zip(*texts, strict=True))
    many = np.concatenate(
        [model.scorer.many(code).probabilities(Asked([text], [above]))
         for text, above, code in zip(bodies, parents, languages, strict=True)]
    )  # fmt: skip
    np.testing.assert_allclose(many, model.probabilities(docs), atol=1e-9)


def reasons_apart(model: Model, comments: list[tuple[str, str, bool]], language: str) -> list[tuple[str, ...]]:
    """The reasons for the label of each comment, one by one."""
    bodies, parents, quoted = (list(column) for column in zip(*comments, strict=True))
    docs = model.scorer.docs(bodies, [language] * len(bodies), parents, quoted)
    return [reasons_of(model, doc, int(model.choose(model.probabilities([doc]))[0])) for doc in docs]


@settings(max_examples=150, deadline=None, suppress_health_check=FIXTURE)
@given(comments=COMMENTS, language=st.sampled_from(["en", "it"]))
@example(comments=[("never never greater, (never) greatest", "", False)], language="en")
@example(comments=[("https://a.example/b #tag never", "great", True)], language="en")
def test_reasons_are_those_of_one_comment(fitted: Fitted, comments: list[tuple[str, str, bool]], language: str) -> None:
    """The words and concepts behind a decision are the same in many comments at once as in one, for any text."""
    asked = Asked(*map(list, zip(*comments, strict=True)))
    shares, told = fitted.model.scorer.many(language).tell(asked, fitted.model.choose, MOST)
    assert told == reasons_apart(fitted.model, comments, language)
    np.testing.assert_array_equal(shares, fitted.model.scorer.many(language).probabilities(asked))


@settings(max_examples=60, deadline=None)
@given(comments=COMMENTS, language=st.sampled_from(["de", "en", "it", "ru"]))
@example(comments=[("finalmente, voglio comprare Xiaomi!!! " * 60, "spyware", False)] * 70, language="it")
def test_reasons_by_the_packaged_model(comments: list[tuple[str, str, bool]], language: str) -> None:
    """The model that comes with the package gives the same reasons for many comments as for each."""
    model = packaged_model("xiaomi-us")
    asked = Asked(*map(list, zip(*comments, strict=True)))
    _, told = model.scorer.many(language).tell(asked, model.choose, MOST)
    assert told == reasons_apart(model, comments, language)


@settings(max_examples=40, deadline=None, suppress_health_check=FIXTURE)
@given(comments=COMMENTS)
def test_reasons_of_a_model_without_languages(plain: Fitted, comments: list[tuple[str, str, bool]]) -> None:
    """A model that applies to every text gives the same reasons too."""
    _, told = plain.model.scorer.many("").tell(Asked(*map(list, zip(*comments, strict=True))), plain.model.choose, MOST)
    assert told == reasons_apart(plain.model, comments, "")


def test_reasons_of_many(fitted: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions, languages in turns and a memory that is emptied in between leave the reasons as they are."""
    monkeypatch.setattr(score, "FEWEST", 1)
    monkeypatch.setattr(score, "MANY", 40)
    monkeypatch.setattr(chunk_memory, "MOST", 60)
    comments = [
        (f"{word} never great {word}{n}, mai", "great" * (n % 2), False) for n in range(100) for word in ("a", "mai")
    ]
    bodies, parents, quoted = (list(column) for column in zip(*comments, strict=True))
    shares, told = fitted.model.tell(bodies, ["en", "it"] * 100, parents, quoted)
    assert told[::2] == reasons_apart(fitted.model, comments[::2], "en")
    assert told[1::2] == reasons_apart(fitted.model, comments[1::2], "it")
    assert len({*told}) > 10
    np.testing.assert_array_equal(shares, fitted.model.score(bodies, ["en", "it"] * 100, parents, quoted))


def test_few_become_many(table: pd.DataFrame, options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    """One comment after the other is told the same before and after so many were met that they are read by chunks."""
    monkeypatch.setattr(score, "FEWEST", 3)
    model = train(table, options).model
    found = [model.tell(["never great 7"], ["en"], ["great"], [True]) for _ in range(5)]
    assert list(model.scorer._many) == ["en"]
    assert len({tuple(shares.round(8).ravel()) for shares, _ in found}) == 1
    assert len({tuple(told) for _, told in found}) == 1


def test_many_are_scored_together(fitted: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions, languages in turns and a memory that is emptied in between leave the scores as they are."""
    monkeypatch.setattr(score, "FEWEST", 1)
    monkeypatch.setattr(score, "MANY", 40)
    monkeypatch.setattr(chunk_memory, "MOST", 60)
    texts = [f"{word} never great {word}{number}, mai" for number in range(100) for word in ("buy", "finalmente")]
    languages = ["en", "it"] * 100
    parents = ["", "no way", "great"] * 66 + ["", ""]
    docs = [
        fitted.model.prepare(text, language=language, parent=parent)
        for text, language, parent in zip(texts, languages, parents, strict=True)
    ]
    found = fitted.model.score(texts, languages, parents)
    np.testing.assert_allclose(found, fitted.model.probabilities(docs), atol=1e-12)
    np.testing.assert_array_equal(found, fitted.model.score(texts, languages, parents))
    assert max(len(fitted.model.scorer.many(code)._chunks) for code in ("en", "it")) < 60 + 40 * 6


def test_no_comment_and_few(fitted: Fitted) -> None:
    """Nothing gives no rows, and a handful is scored without the tables for many."""
    model = Model(fitted.model.meta, fitted.model.arrays, fitted.model.vocabulary)
    assert model.score([], []).shape == (0, 3)
    assert model.tell([], [])[1] == []
    alone = model.probabilities([model.prepare("never", language="en", parent="great", quote="x")])
    np.testing.assert_array_equal(model.score(["never"], ["en"], ["great"], [True]), alone)
    assert not model.scorer._many


def test_order_of_what_was_seen_before_does_not_matter(fitted: Fitted) -> None:
    """The same bits, whatever was scored before: chunks are numbered as they come, results do not depend on it."""
    texts = [f"never great {number} spyware buy" for number in range(100)]
    scorer = fitted.model.scorer.many("en")
    first = scorer.probabilities(Asked(texts))
    scorer._chunks.forget()
    scorer.probabilities(Asked([text[::-1] for text in texts] + texts[::-1]))
    np.testing.assert_array_equal(scorer.probabilities(Asked(texts)), first)


def test_a_long_text_is_cut_as_one_is(fitted: Fitted) -> None:
    """Of a text of a megabyte the same part is read, in bounded memory."""
    texts = ["great spyware " * 80_000, "x" * 1_000_000, "a.b!c?" * 100_000]
    docs = [fitted.model.prepare(text, language="en") for text in texts]
    found = fitted.model.scorer.many("en").probabilities(Asked(texts))
    np.testing.assert_allclose(found, fitted.model.probabilities(docs), atol=1e-9)


@pytest.fixture(scope="module")
def analyser() -> Any:
    """VADER's own."""
    return SentimentIntensityAnalyzer()


RULES = sorted({word for key in (*SPECIAL_CASES, *BOOSTER_DICT, *NEGATE) for word in key.split()})
HEARD = ["good", "GOOD", "bad", "love", "HATE", "no", "kind", "great!", "(sad)", ":)", "❤", "😂", "💋nice", "lol"]
NAMED = ["never", "so", "this", "without", "doubt", "least", "at", "very", "of", "or", "nor", "but", "BUT", "can't"]
SENTENCES = st.lists(
    st.one_of(
        st.sampled_from(RULES), st.sampled_from(HEARD), st.sampled_from(NAMED), st.sampled_from(["a", "the!", "?"])
    ),
    max_size=12,
)


@settings(max_examples=400, deadline=None, suppress_health_check=FIXTURE)
@given(sentences=st.lists(SENTENCES, min_size=1, max_size=4))
@example(sentences=[["good"] * 400, ["😂"] * 310 + ["bad"]])
def test_vader_is_vader(analyser: Any, sentences: list[list[str]]) -> None:
    """VADER by chunks gives what ``polarity_scores`` gives, to the last bit."""
    run = Valence(analyser)
    chunks = [chunk for sentence in sentences for chunk in sentence]
    run.learn(chunks)
    counts = np.array([*map(len, sentences)], dtype=np.int32)
    found = run.scores(np.arange(len(chunks), dtype=np.int32), counts)
    for sentence, row in zip(sentences, found, strict=True):
        said = analyser.polarity_scores(" ".join(sentence[:300]))
        assert row.tolist() == [said[name] for name in SCORES]


@given(st.lists(st.text(max_size=70), max_size=5), st.sets(st.text(min_size=2, max_size=5), max_size=30))
def test_groups_of_letters(texts: list[str], more: set[str]) -> None:
    """Groups of letters are found many at a time as they are found one by one."""
    chunks = [chunk for text in texts for chunk in text.lower().split() if "\ud800" not in chunk]
    names = sorted({gram for chunk in chunks[::2] for gram in char_ngrams(chunk)} | more)
    places = {name: place for place, name in enumerate(names)}
    for grams in (Grams(names), Grams([*names, "123456"])):  # the second has a name too long for whole numbers
        owners, found = grams.of(chunks) if chunks else (np.empty(0, int), np.empty(0, int))
        got = [sorted(found[owners == number].tolist()) for number in range(len(chunks))]
        assert got == [sorted(places[gram] for gram in char_ngrams(chunk) if gram in places) for chunk in chunks]


@given(st.sets(st.integers(0, 2**60), max_size=200), st.lists(st.integers(0, 2**60), max_size=50))
def test_keys(keys: set[int], others: list[int]) -> None:
    """Every key is found at its place, others are not."""
    known = sorted(keys)
    place = {key: number for number, key in enumerate(known)}
    asked = [*known, *others]
    found = Keys(np.array(known, dtype=np.int64)).find(np.array(asked, dtype=np.int64))
    assert found.tolist() == [place.get(key, -1) for key in asked]


@given(st.lists(st.lists(st.integers(0, 9), max_size=5), max_size=8), st.data())
def test_lists(lists: list[list[int]], data: Any) -> None:
    """Lists laid end to end come back in any order."""
    kept = Lists()
    for part in (lists[:3], lists[3:]):
        kept.extend([*map(len, part)], [number for some in part for number in some])
    which = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=6)) if lists else []
    numbers = np.array(which, dtype=np.int32)
    lengths = kept.lengths(numbers)
    assert kept.of(numbers, lengths).tolist() == [number for place in which for number in lists[place]]
    assert ranges(numbers, lengths).tolist() == [
        w + i for w, n in zip(which, lengths.tolist(), strict=True) for i in range(n)
    ]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_tokens_and_chunks(text: str) -> None:
    """The tokens of a text's chunks are its tokens, also where the normaliser has to see the whole."""
    memory = _memory()
    numbers, counts = memory.read([text, "a", text])
    lengths = memory.of_tokens.lengths(numbers)
    tokens = [memory.tokens.texts[token] for token in memory.of_tokens.of(numbers, lengths).tolist()]
    doc = prepare(text, language="en")
    assert tokens == [*doc.tokens, "a", *doc.tokens]
    assert counts.sum() == len(numbers)


def _memory() -> Chunks:
    from sentiment.stance.batch.names import Names

    analysers = Analysers({})
    concepts = {concept: place for place, concept in enumerate(analysers.concepts())}
    return Chunks(Names([]), analysers.lexicon("en"), concepts, None)


@pytest.mark.parametrize("make", [lambda: Keys(np.empty(0, np.int64)), lambda: Grams([])])
def test_nothing_is_known(make: Callable[[], Any]) -> None:
    """A model without such features finds none."""
    known = make()
    if isinstance(known, Keys):
        assert known.find(np.arange(3)).tolist() == [-1] * 3
    else:
        assert [len(part) for part in known.of(["abc"])] == [0, 0]
