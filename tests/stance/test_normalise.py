"""The normaliser: one spelling for what readers write in many."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment.stance.normalise import normalise

_SPELLINGS = "f*ck put*an3 mxxda cxxxo бл*дь f*** soooo !!!! ... … ’ “ ❤️ 😂😂😂 👍🏽 @bob http://a.b/c www.x.it [USER] *** a* #1 xx Exxon"
PIECES = st.sampled_from([*_SPELLINGS.split(), "e\u0301", "\u200b", "\u00ad", "\u0301" * 3, "\n", " "])


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("don’t", "don't"),
        ("„so“ «è» “it”", '"so" "è" "it"'),
        ("I ❤️ it", "I ❤ it"),
        ("😂😂 😂", "😂"),
        ("👍🏽👍🏿", "👍"),
        ("see https://example.com/a?b=c, ok", "see URL ok"),
        ("@Max.Muster nein", "@user nein"),
        ("[USER], да", "@user, да"),
        ("mail me@home.org", "mail me@home.org"),
        ("soooo goooood!!!!!", "soo good!!"),
        ("1000000", "1000000"),
        ("put*an3", "SWEAR"),
        ("mxxda", "SWEAR"),
        ("what the f*ck", "what the SWEAR"),
        ("бл*дь", "SWEAR"),
        ("sh** happens", "SWEAR happens"),
        ("cxxxo", "SWEAR"),
        ("Exxon, Foxx and maxx", "Exxon, Foxx and maxx"),
        ("5*3 is 15, footnote*", "5*3 is 15, footnote*"),
        ("e\u0301", "é"),
        ("zero\u200bwidth", "zerowidth"),
        ("  a \n\t b ", "a b"),
        ("", ""),
        ("lone \ud83d half", "lone half"),
    ],
)
def test_spellings(raw: str, clean: str) -> None:
    """Each of the many spellings becomes the one that the features know."""
    assert normalise(raw) == clean


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=12).map("".join)))
def test_idempotent(text: str) -> None:
    """Normalising twice changes nothing more."""
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(max_size=200))
def test_composed_and_encodable(text: str) -> None:
    """What comes out is NFC and can be written as UTF-8."""
    clean = normalise(text)
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode()
