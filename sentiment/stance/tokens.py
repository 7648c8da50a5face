"""Tokens: what a normalised comment is cut into, once, for every feature."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sentiment.stance.normalise import normalise

# In this order: names and masks, smileys, words (an English n't or 's stays, an Italian l' becomes its own token),
# runs of marks, any other sign.
TOKEN = re.compile(r"@user|[:;=][-o']?[)(dp/|\\](?!\w)|<3|\w+(?:'(?:t|s|d|m|re|ve|ll)\b|')?|[!?]+|\.\.+|[^\w\s]")

TAG = re.compile(r"(?<!\w)[@#]\w+|(?:https?://|www\.)[^\s/]+(?:/\w+)?", re.IGNORECASE)

MAX_CHARACTERS = 20_000
"""A longer text is cut: no comment is longer, and time must stay bounded for a text of a megabyte."""


def tokenise(text: str) -> list[str]:
    """Cut a text into lower-case tokens; the text is normalised first."""
    return TOKEN.findall(normalise(text).lower())


@dataclass(frozen=True, slots=True)
class Doc:
    """A comment prepared for the features."""

    text: str
    """Normalised, in its own case."""
    language: str
    tokens: list[str]
    """Words, marks and emoji in lower case."""
    chunks: list[str]
    """What stands between spaces, in lower case."""
    parent: Doc | None = None
    quoted: bool = False
    tags: list[str] = field(default_factory=list)
    """Hashtags, addressed names and hosts of links as they were written, in lower case."""
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What the features found out, so that no block looks twice."""
    shared: tuple[float, ...] = ()
    """Probabilities of the parent's stance, as the model says without what that one answers; empty where there is none."""


def prepare(text: str, *, language: str = "", parent: str = "", quote: str = "") -> Doc:
    """Normalise and cut a comment and the one it answers.

    Args:
        text: The writer's own words.
        language: ISO 639 code, or empty where a model does not ask for it.
        parent: The text of the comment that is answered.
        quote: What the comment quotes; its words are no feature, that it quotes is.
    """
    clean = normalise(text[:MAX_CHARACTERS])
    low = clean.lower()
    above = prepare(parent, language=language) if parent else None
    tags = (
        TAG.findall(text[:MAX_CHARACTERS].lower()) if "@" in text or "#" in text or "www" in low or "url" in low else []
    )
    return Doc(clean, language, TOKEN.findall(low), low.split(), above, bool(quote), tags)
