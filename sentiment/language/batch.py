"""Many texts at once: the same answers as one by one, the probabilities as a few array operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sentiment.language import CERTAIN, at_worst, evidence, identify, priors
from sentiment.language.scores import LONGEST_TEXT, prepared, table
from sentiment.language.scripts import scripts
from sentiment.records import UNKNOWN_LANGUAGE, Page

BATCH = 4_096
"""Texts whose languages are decided together: enough for numpy, some 10 MB of arrays."""
FEWEST = 64
"""Fewer texts are quicker one by one."""


def identify_all(texts: Sequence[str], page_languages: Sequence[str] | None = None) -> list[str]:
    """What :func:`sentiment.language.identify` gives for each text.

    Args:
        texts: the words of each; only the first 200 characters count.
        page_languages: for each, the language of the page it stands on; None where no page is known.
    """
    pages = page_languages if page_languages is not None else [UNKNOWN_LANGUAGE] * len(texts)
    if len(texts) < FEWEST:
        return [identify(text, page) for text, page in zip(texts, pages, strict=True)]
    out = list(pages)
    places: dict[tuple[str, str], list[int]] = {}
    for place, (text, page) in enumerate(zip(texts, pages, strict=True)):
        head = text[:LONGEST_TEXT]
        if head[:1].isalpha() or any(map(str.isalpha, head)):
            places.setdefault((head, page), []).append(place)  # the same words on such a page have one answer
    asked = list(places)
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        for key, code in zip(part, _decide(part), strict=True):
            for place in places[key]:
                out[place] = code
    return out


def with_languages_all(pages: Sequence[Page]) -> list[Page]:
    """What :func:`sentiment.language.with_languages` gives for each page."""
    own = identify_all([evidence(page) for page in pages])
    above = [language for page, language in zip(pages, own, strict=True) for _ in page.comments]
    codes = iter(identify_all([comment.text for page in pages for comment in page.comments], above))
    return [
        replace(page, language=language, comments=tuple(replace(c, language=next(codes)) for c in page.comments))
        for page, language in zip(pages, own, strict=True)
    ]


def _decide(asked: list[tuple[str, str]]) -> list[str]:
    known = table()
    texts = [prepared(text) for text, _ in asked]
    totals = b"".join([known.total(text).to_bytes(known.width, "little") for text in texts])
    sums = np.frombuffer(totals, dtype="<u2").reshape(len(texts), -1).astype(np.float64)
    sums -= sums.max(axis=1, keepdims=True)
    shares = np.exp(sums * np.array([known.step(text) for text in texts])[:, None])
    for first, second in known.twins:
        shares[:, first] += shares[:, second]
        shares[:, second] = 0.0
    shares /= shares.sum(axis=1, keepdims=True)
    place_of = scripts().place_of
    places = [
        page if page == UNKNOWN_LANGUAGE else place_of(text, page) for text, (_, page) in zip(texts, asked, strict=True)
    ]
    prior = {place: np.array(priors(place)) for place in set(places)}
    weighted = shares * (prior[places[0]] if len(prior) == 1 else np.stack([prior[place] for place in places]))
    best = weighted.argmax(axis=1)
    top = weighted[np.arange(len(asked)), best]
    alone = np.array([place == UNKNOWN_LANGUAGE for place in places])
    sure = top >= CERTAIN * np.where(alone, 1.0, weighted.sum(axis=1))
    codes = known.codes
    return [
        codes[b] if s else at_worst(place) for b, s, place in zip(best.tolist(), sure.tolist(), places, strict=True)
    ]
