"""Text as the stance features read it: one spelling for what readers write in many.

:func:`normalise` is idempotent, keeps the case (capitals are a feature) and never adds words of its own except the
tokens :data:`URL`, :data:`USER` and :data:`SWEAR`.
"""

from __future__ import annotations

import re
import unicodedata

VERSION = 1
"""Written into every model file: a model is only right for texts normalised as its training data were."""

URL = "URL"
USER = "@user"
SWEAR = "SWEAR"

# Variation selectors hide an emoji from every lexicon (❤ scores, ❤ with U+FE0F does not); the others are invisible.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ud800-\udfff\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]"
)
_QUOTES = str.maketrans(
    {**dict.fromkeys("’‘ʼ‛´`′", "'"), **dict.fromkeys("“”„‟«»″〝〞", '"'), "…": "...", "‐": "-", "‑": "-"}
)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_USER = re.compile(r"(?<![\w.@])@[^\W_][\w.-]*\w|\[USER\]")
# f*ck, бл*дь, put*an3, f***, sh!t is left alone: an asterisk or hash within a word, or two and more after a letter.
_STARRED = re.compile(r"(?<![\w*#])[^\W\d_]+(?:[*#]+\w*[^\W\d_]\w*|\*{2,})[\w*#]*")
# mxxda, fxxk, cxxxo: x between consonants, or three and more within a word; Exxon and maxx stay.
_CROSSED = re.compile(
    r"(?<!\w)(?=[a-zа-яё]*x{2})(?:[bcdfghjklmnpqrstvwz]x{2}[bcdfghjklmnpqrstvwz]\w*|[a-z]+x{3,}[a-wyz]\w*)(?!\w)",
    re.IGNORECASE,
)
EMOJI = "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
"""Arrows, signs and pictures of which a row means no more than one, as a class of a regular expression."""
_EMOJI = re.compile(f"([{EMOJI}])(?:\\s*\\1)+")
_LONG = re.compile(r"([^\W\d_]|[!?.,*_~=\-])\1{2,}")
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Bring a comment into the form that the features expect.

    Args:
        text: Any string.

    Returns:
        The text in NFC, with straight quotes, no invisible signs, addresses as ``URL``, names as ``@user``, masked
        swear words as ``SWEAR``, three and more of a letter as two, an emoji repeated as one, and single spaces.
    """
    while (clean := _once(text)) != text:  # one rule may prepare the ground for another; each pass is shorter or stable
        text = clean
    return clean


def _once(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).translate(_QUOTES)
        text = _EMOJI.sub(r"\1", text)
    if "://" in text or "ww." in text.lower():
        text = _URL.sub(URL, text)
    if "@" in text or "[USER" in text:
        text = _USER.sub(USER, text)
    if "*" in text or "#" in text:
        text = _STARRED.sub(SWEAR, text)
    if "xx" in text or "XX" in text:
        text = _CROSSED.sub(SWEAR, text)
    return _SPACE.sub(" ", _LONG.sub(r"\1\1", text)).strip()
