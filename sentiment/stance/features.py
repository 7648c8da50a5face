"""What a comment is described by: blocks of features, each a pure function from a prepared comment to names.

The same functions feed scikit-learn in training and the scorer that works without it, so they are written once. A block
can be left out of a model to measure what it is worth (``benchmarks/stance.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any

from sentiment.stance.lexicon import Lexicon, Lists, common
from sentiment.stance.tokens import Doc

SCOPE = 4
"""Tokens after a negator that it reaches, unless the clause ends before."""

NEAR = 5
"""Tokens within which somebody who is named counts as spoken of."""

BREAK = frozenset({".", ",", ";", ":", "!", "?", "..", "!!", "??", "?!", "!?", "(", ")", '"'})
"""Tokens that end a clause."""
MARKS = ("!", "!!", "?", "??", "..", '"', "url", "@user", "swear", ">")
"""Tokens that tell how something is written."""
LENGTHS = (3, 7, 15, 30, 60)
"""Tokens above which a comment counts as longer."""
AGREE, DISAGREE = "agreement", "disagreement"
OPENING = 6
"""Tokens at the start of a reply in which agreement is looked for."""
VADER_LANGUAGE = "en"
VADER_CHUNKS = 300
"""Chunks that VADER reads: it is quadratic in length, 40,000 words were measured at 157 s."""


def words(doc: Doc) -> list[str]:
    """Words and pairs of neighbours; marks and emoji count as words."""
    tokens = doc.tokens
    return tokens + [f"{a} {b}" for a, b in pairwise(tokens)]


GRAMS = (2, 3, 4, 5)
"""How many letters stand together in a feature."""

LETTERS = 64
"""Letters of a chunk that are looked at: an address or a keyboard run is no word."""


def char_ngrams(chunk: str) -> list[str]:
    """The two to five letters that stand together within one chunk, its edges marked by spaces."""
    padded = f" {chunk[:LETTERS]} "
    size = len(padded)
    return [padded[i : i + n] for n in GRAMS for i in range(size - n + 1)]


def chars(doc: Doc) -> list[str]:
    """Letters that stand together within words: they see through inflection, typos and compounds."""
    return [gram for chunk in doc.chunks for gram in char_ngrams(chunk)]


def marks(doc: Doc) -> list[str]:
    """How it is written: length, emphasis, questions, capitals, links, quotes."""
    tokens, text = doc.tokens, doc.text
    size = len(tokens)
    found = [f"length {sum(size > edge for edge in LENGTHS)}"]
    found += [f"has {mark}" for mark in MARKS if mark in tokens]
    if tokens:
        found.append(f"ends {tokens[-1]}" if tokens[-1] in BREAK else "ends bare")
        found.append(f"starts {tokens[0]}")
    letters = sum(map(str.isalpha, text))
    if letters > 8 and sum(map(str.isupper, text)) > 0.6 * letters:
        found.append("shouts")
    if doc.quoted:
        found.append("quotes")
    return found


def tags(doc: Doc) -> list[str]:
    """Hashtags, addressed names and hosts of links: on a platform they tell the camp, elsewhere nothing."""
    return doc.tags


STEM = 4
"""Letters of a word that stand for it among its neighbours."""
REACH = 3
"""Words within which two are neighbours."""


def near(doc: Doc) -> list[str]:
    """Pairs of neighbouring words in either order, each by its first letters: they see through inflection and word order."""
    stems = [token[:STEM] for token in doc.tokens if token.isalpha()]
    pairs = (sorted(pair) for apart in range(1, REACH + 1) for pair in zip(stems, stems[apart:], strict=False))
    return list(dict.fromkeys(f"{one} {two}" for one, two in pairs if one != two))


class Analysers:
    """The blocks, with the word lists that some of them look things up in.

    Args:
        lists: ``cues`` and ``entities`` of a target (concept -> language -> words); empty without a target.
    """

    def __init__(self, lists: Mapping[str, Lists] | None = None) -> None:
        self.lists: dict[str, Lists] = dict(lists or {})
        self._lexicons: dict[str, Lexicon] = {}
        self.blocks: dict[str, Callable[[Doc], Any]] = {
            "words": words,
            "chars": chars,
            "marks": marks,
            "tags": tags,
            "near": near,
            "negated": self.negated,
            "cues": self.cues,
            "pairs": self.pairs,
            "vader": self.vader,
            "reply": self.reply,
            "parent": self.parent,
        }

    def _look(self, doc: Doc) -> _Look:
        found: _Look | None = doc.memo.get("look")
        if found is None:
            found = doc.memo["look"] = _Look(doc.tokens, self.lexicon(doc.language))
        return found

    def lexicon(self, language: str) -> Lexicon:
        """The concepts of a language: ``kind`` and ``name`` with a tab between."""
        known = self._lexicons.get(language)
        if known is None:
            known = self._lexicons[language] = Lexicon(self._concepts, language or None)
        return known

    def concepts(self) -> list[str]:
        """Every concept that a lexicon may name, whatever the language."""
        return list(self._concepts)

    @cached_property
    def _concepts(self) -> Lists:
        every = [("common", common()), *((kind, self.lists.get(kind, {})) for kind in ("cues", "entities"))]
        return {f"{kind}\t{name}": words for kind, table in every for name, words in table.items()}

    def negated(self, doc: Doc) -> list[str]:
        """Words that a negator reaches: ``not buy`` for *would never ever buy*."""
        reach = self._look(doc).denied
        return [f"not {token}" for token, hit in zip(doc.tokens, reach, strict=True) if hit and token not in BREAK]

    def cues(self, doc: Doc) -> list[str]:
        """What is said, of whom, and whether it is denied, in terms that the languages share."""
        said = self.said(doc)
        people = self._look(doc).people
        found = [f"of {name}" for name in {name for _, name in people}]
        for start, name, denied in said:
            cue = f"no {name}" if denied else name
            found.append(cue)
            near = {who for at, who in people if abs(at - start) <= NEAR}
            found += [f"{cue} of {who}" for who in near] if near else [f"{cue} of nobody"]
        if not said:
            found.append("nothing" if people else "nothing of nobody")
        return found

    def pairs(self, doc: Doc) -> list[str]:
        """Two concepts in one comment, and the one it starts and ends on."""
        names = [f"no {name}" if denied else name for _, name, denied in self.said(doc)]
        if not names:
            return []
        some = sorted(set(names))
        both = [f"{a} + {b}" for i, a in enumerate(some) for b in some[i + 1 :]]
        return [*both, f"first {names[0]}", f"last {names[-1]}"]

    def reply(self, doc: Doc) -> list[str]:
        """Whether it is an answer, how it opens, and what the answered comment said."""
        if doc.parent is None:
            return []
        attitude = self._attitude(doc)
        size = "short" if len(doc.tokens) <= OPENING else "long"
        found = ["reply", f"reply {attitude}", f"reply {attitude} {size}"]
        for _, name, denied in self.said(doc.parent):
            cue = f"no {name}" if denied else name
            found += [f"under {cue}", f"{attitude} under {cue}"]
        return found

    def parent(self, doc: Doc) -> dict[str, float]:
        """The answered comment's probable stance, by whether the answer agrees and how short it is."""
        if not doc.shared:
            return {}
        attitude = self._attitude(doc)
        size = "short" if len(doc.tokens) <= OPENING else "long"
        found: dict[str, float] = {}
        for place, share in enumerate(doc.shared):
            found[f"parent {place}"] = share
            found[f"parent {place} {attitude}"] = share
            found[f"parent {place} {size}"] = share
            found[f"parent {place} {attitude} {size}"] = share
        return found

    def vader(self, doc: Doc) -> dict[str, float]:
        """VADER's scores, for English alone: in other languages its lexicon reads other words (German *die*)."""
        if doc.language != VADER_LANGUAGE:
            return {}
        text = " ".join(doc.text.split()[:VADER_CHUNKS])
        scores = self.analyser.polarity_scores(text)
        return {f"vader {name}": float(value) for name, value in scores.items() if value}

    @cached_property
    def analyser(self) -> Any:
        """VADER's."""
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        return SentimentIntensityAnalyzer()

    def _attitude(self, doc: Doc) -> str:
        return self._look(doc).attitude

    def said(self, doc: Doc) -> list[tuple[int, str, bool]]:
        """The concepts of a comment in order: token, name, whether a negator reaches it."""
        return self._look(doc).said


class _Look:
    """One comment looked over once: what is said, of whom, what is denied, how it opens."""

    __slots__ = ("attitude", "denied", "people", "said")

    def __init__(self, tokens: list[str], lexicon: Lexicon) -> None:
        self.people: list[tuple[int, str]] = []
        said: set[tuple[int, str]] = set()
        negators: set[int] = set()
        opening: list[tuple[int, int, str]] = []
        for start, end, found in lexicon.find(tokens):
            kind, _, name = found.partition("\t")
            if kind == "entities":
                self.people.append((start, name))
            elif name == "negation" and kind == "common":
                negators.update(range(start, end))
            else:
                said.add((start, name))
                if name in (AGREE, DISAGREE) and end <= OPENING:
                    opening.append((start - end, start, name))
        self.denied = _reach(tokens, negators)
        self.said = [(start, name, self.denied[start]) for start, name in sorted(said)]
        self.attitude = min(opening)[2] if opening else "neither"


def _reach(tokens: list[str], negators: set[int]) -> list[bool]:
    if not negators:
        return [False] * len(tokens)
    reach, left = [], 0
    for place, token in enumerate(tokens):
        if token in BREAK:
            left = 0
        reach.append(left > 0)
        left = SCOPE if place in negators else left - 1
    return reach


_GROUPS = tuple(sum(max(0, letters + 3 - size) for size in GRAMS) for letters in range(LETTERS + 1))
"""Groups of letters in a chunk of so many letters and its two edges."""


def chunk_size(chunk: str) -> int:
    """How many groups of letters :func:`char_ngrams` gives."""
    return _GROUPS[min(len(chunk), LETTERS)]


SIZES: dict[str, Callable[[Doc], int]] = {
    "words": lambda doc: max(0, 2 * len(doc.tokens) - 1),
    "chars": lambda doc: sum(map(chunk_size, doc.chunks)),
}
"""How many names a comment has in the blocks where what a model does not know counts."""

VALUES = frozenset({"vader", "parent"})
"""Blocks that give a number per name instead of names."""

SHARED = frozenset({"cues", "pairs", "reply", "parent", "vader", "marks"})
"""Blocks whose features mean the same in every language; the others are kept apart per language."""


class Named:
    """A block as scikit-learn calls it: its names as they stand in the vocabulary.

    Args:
        block: A function of :class:`Analysers`.
        apart: Put the language before each name, so that every language has weights of its own.
    """

    def __init__(self, block: Callable[[Doc], list[str]], *, apart: bool) -> None:
        self.block, self.apart = block, apart

    def __call__(self, doc: Doc) -> list[str]:
        """The block's names for one comment."""
        found = self.block(doc)
        return [f"{doc.language}\t{name}" for name in found] if self.apart else found
