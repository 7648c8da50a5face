"""Blocks as columns: what is unknown counts in the length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.stance.features import SIZES, chars, words
from sentiment.stance.tokens import prepare
from sentiment.stance.vectorise import Rarity


def test_strange_words_count_in_the_length() -> None:
    """The same known words weigh less among unknown ones; without its sizes a block does not look at those."""
    docs = [prepare(text) for text in ("good phone", "good price", "bad phone", "bad price")]
    plain, strange = prepare("good phone"), prepare("good phone zxcv qwrt")
    heedful, blind = Rarity(words, SIZES["words"]), Rarity(words)
    heedful.fit_transform(docs)
    blind.fit_transform(docs)
    assert abs(heedful.transform([plain])).power(2).sum() == pytest.approx(1)
    assert abs(heedful.transform([strange])).power(2).sum() < 0.5
    assert (heedful.transform([plain]) != blind.transform([plain])).nnz == 0
    assert abs(blind.transform([strange])).power(2).sum() == pytest.approx(1)


@given(st.text(max_size=300))
def test_sizes_are_the_lengths_of_their_blocks(text: str) -> None:
    """How many names a block has is known without making them."""
    doc = prepare(text)
    assert SIZES["words"](doc) == len(words(doc))
    assert SIZES["chars"](doc) == len(chars(doc))
