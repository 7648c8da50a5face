"""Why: the words that carried a decision, marked in the comment as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.stance.explain import Reason, marked_parts, why
from sentiment.stance.train import Fitted


@settings(max_examples=60)
@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=8), st.floats(-3, 3))))
def test_the_pieces_are_the_comment(text: str, words: list[tuple[str, float]]) -> None:
    """Whatever is marked, nothing of a comment is lost, added or moved, and no piece is empty."""
    pieces = list(marked_parts(text, [Reason(word, "word", weight) for word, weight in words]))
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece and -1 <= weight <= 1 for piece, weight in pieces)


def test_words_are_found_in_the_spelling_of_the_comment() -> None:
    """Case, marks around a word, and a masked swear word hide nothing; the heaviest word weighs 1."""
    found = [Reason("spyware", "word", -2.0), Reason("great", "word", 1.0), Reason("swear", "word", 0.5)]
    pieces = dict(marked_parts("GREAT, “Spyware” again... sh*t", found))
    assert pieces["GREAT,"] == 0.5
    assert pieces["“Spyware”"] == -1.0
    assert pieces["sh*t"] == 0.25
    assert pieces[" again... "] == 0.0


def test_why_a_model_says_so(fitted: Fitted) -> None:
    """The word that tells a stance is marked for it; concepts are named."""
    found = why(fitted.model, "never, this phone is spyware", "against", language="en")
    assert found is not None
    weights = {piece.strip(): weight for piece, weight in found.parts}
    assert weights["spyware"] > 0
    assert all(isinstance(concept, str) for concept in found.concepts)


@pytest.mark.parametrize(
    ("label", "language", "text"), [("unrelated", "en", "x"), ("favor", "es", "x"), ("favor", "en", " ")]
)
def test_no_reason_is_invented(fitted: Fitted, label: str, language: str, text: str) -> None:
    """A label the model does not have, a language it does not know, and no words have no reason."""
    assert why(fitted.model, text, label, language=language) is None
