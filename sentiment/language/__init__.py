"""The language of a page and of each of its comments: text evidence times the page as the prior.

A short comment alone says little ("lol", "Si", "Htc motorola lg"); its page says a lot. The evidence is py3langid's
probability per language (BSD-3, 140 languages, calibrated for length), the prior is that a reader most likely writes in
the page's language, next in English.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Protocol

from sentiment.records import UNKNOWN_LANGUAGE, Page

PAGE_PRIOR = 0.80
"""Prior probability that a comment is in its page's language; the rest is spread, English first."""
ENGLISH_PRIOR = 0.10
CERTAIN = 0.5
"""Below this posterior the language is not known: ``und``."""
LONGEST_TEXT = 600
"""Characters that are looked at. On 142 saved pages 300 and 2,000 gave another language twice; more is only time."""

# Written in news comments at all: the smaller relatives that py3langid also knows (Venetian, Nigerian Pidgin,
# Ligurian ...) take probability from Italian or English in short texts and are left out.
LANGUAGES = [
    "af",
    "ar",
    "az",
    "be",
    "bg",
    "bn",
    "bs",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fr",
    "ga",
    "gl",
    "gu",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "kk",
    "km",
    "kn",
    "ko",
    "lt",
    "lv",
    "mk",
    "ml",
    "mn",
    "mr",
    "ms",
    "mt",
    "nb",
    "ne",
    "nl",
    "nn",
    "no",
    "pa",
    "pl",
    "pt",
    "ro",
    "ru",
    "si",
    "sk",
    "sl",
    "sq",
    "sr",
    "sv",
    "sw",
    "ta",
    "te",
    "th",
    "tl",
    "tr",
    "uk",
    "ur",
    "uz",
    "vi",
    "zh",
]


class _Identifier(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


@cache
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: LanguageIdentifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in LANGUAGES if code in identifier.labels])
    result: _Identifier = identifier
    return result


def identify(text: str, page_language: str = UNKNOWN_LANGUAGE) -> str:
    """ISO 639-1 code of a text's language, or ``und`` where it cannot be known.

    Args:
        text: the words; only the first 600 characters count.
        page_language: the language of the page it stands on, if known.
    """
    text = text[:LONGEST_TEXT]
    if not any(sign.isalpha() for sign in text):
        return page_language
    ranked = _identifier().rank(text)
    if page_language == UNKNOWN_LANGUAGE:
        code, share = ranked[0]
        return code if share >= CERTAIN else UNKNOWN_LANGUAGE
    other = (1 - PAGE_PRIOR - ENGLISH_PRIOR) / len(ranked)
    weighted = [
        (share * (PAGE_PRIOR if code == page_language else ENGLISH_PRIOR if code == "en" else other), code)
        for code, share in ranked
    ]
    best, code = max(weighted)
    return code if best >= CERTAIN * sum(weight for weight, _ in weighted) else page_language


def evidence(page: Page) -> str:
    """The words that tell a page's language."""
    if len(page.body) >= 80:
        return page.body
    own = "\n".join(part for part in (page.title, page.body) if part)
    if len(own) < 80:  # too short to go by: let the readers speak too
        own += "\n" + "\n".join(comment.text for comment in page.comments[:30])
    return own


def with_languages(page: Page) -> Page:
    """The page with its own language and that of every comment filled in."""
    language = identify(evidence(page))
    comments = tuple(replace(comment, language=identify(comment.text, language)) for comment in page.comments)
    return replace(page, language=language, comments=comments)
