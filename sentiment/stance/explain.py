"""Why a model said what it said: the words and concepts that carried the decision, in readable form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sentiment.records import Why
from sentiment.stance.features import STEM
from sentiment.stance.tokens import TOKEN, Doc, prepare

if TYPE_CHECKING:
    from rich.text import Text

    from sentiment.stance.model import Model

EDGES = " .,;:!?\"'()[]…*-"
"""What is not told of a word at its ends."""
LEAST = 0.08
"""Least share of the strongest reason's weight for another to be told."""
MARKED = 0.15
"""Least share of the heaviest word's weight for a word to be marked."""
_CHUNK = re.compile(r"\S+")
MOST = 4
"""Reasons that are told."""
DIGITS = 9
"""Of a weight that count: the last bits of a sum depend on its order, and decide nothing."""
OF_WORDS = ("words", "negated", "tags", "near")
"""Blocks whose features are words, or stems of them, with spaces between."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One word or concept and what it weighs."""

    what: str
    """A word as it stands in the comment, or the name of a concept."""
    kind: str
    """``word`` or ``concept``."""
    weight: float
    """Its part of the logit of the label above the mean of the other labels; negative speaks against."""


def explain(model: Model, doc: Doc, label: int) -> list[Reason]:
    """What speaks for and against a label, strongest first.

    The weights of letters and pairs of words are given to the words they stand in, so the list can be read.
    """
    (doc,) = model.scorer.with_parents([doc])
    weight = model.scorer.contrast(doc.language, label)
    words: dict[str, float] = defaultdict(float)
    concepts: dict[str, float] = defaultdict(float)
    for block in model.scorer.blocks:
        _, columns, values = block.entries([doc])
        part = block.part(doc.language)
        for column, value in zip(columns, values, strict=True):
            name = part.names[column - part.column]
            share = float(value * weight[column])
            if block.name == "chars":
                _share_letters(words, name, share, doc)
            elif block.name in OF_WORDS:
                for word, parts in _meant(block.name, name, doc):
                    words[word] += share / parts
            else:
                concepts[name] += share
    found = [Reason(what, "word", w) for what, w in words.items() if what.strip(EDGES)]
    found += [Reason(what, "concept", w) for what, w in concepts.items()]
    return sorted(found, key=lambda reason: (-abs(reason.weight), reason.what))


def _share_letters(words: dict[str, float], gram: str, share: float, doc: Doc) -> None:
    homes = [chunk for chunk in doc.chunks if gram in f" {chunk} "]
    for chunk in homes:
        words[chunk.strip(EDGES) or chunk] += share / len(homes)


def _meant(block: str, name: str, doc: Doc) -> Iterator[tuple[str, int]]:
    """The words that a feature stands for, and in how many parts its weight goes to each."""
    names = name.split(" ")
    if block != "near":
        yield from ((word, len(names)) for word in names)
        return
    for stem in names:
        homes = {token for token in doc.tokens if token[:STEM] == stem and token.isalpha()}
        yield from ((token, len(names) * len(homes)) for token in homes)


def reasons_of(model: Model, doc: Doc, label: int, most: int = MOST) -> tuple[str, ...]:
    """The strongest reasons for a label as words to print."""
    return reasons_of_all(model, [doc], [label], most)[0]


def reasons_of_all(model: Model, docs: Sequence[Doc], labels: Sequence[int], most: int = MOST) -> list[tuple[str, ...]]:
    """The strongest reasons for the label of each comment: what :func:`explain` says, for many at once."""
    if not docs:
        return []
    scorer = model.scorer
    docs = scorer.with_parents(docs)
    keys = [(doc.language, int(label)) for doc, label in zip(docs, labels, strict=True)]
    weight_of = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    weights = np.stack([scorer.contrast(language, label) for language, label in weight_of])
    which = np.array([weight_of[key] for key in keys], dtype=np.intp)
    found: list[dict[tuple[str, str], float]] = [defaultdict(float) for _ in docs]
    for block in scorer.blocks:
        rows, columns, values = block.entries(docs)
        shares = values * weights[which[rows], columns]
        if block.name == "chars":
            for row, chunk, share in block.by_chunk(docs, rows, columns, shares):
                found[row][chunk.strip(EDGES) or chunk, "word"] += share
            continue
        of_words = block.name in OF_WORDS
        for row, column, share in zip(rows.tolist(), columns.tolist(), shares.tolist(), strict=True):
            part = block.part(docs[row].language)
            name = part.names[column - part.column]
            if not of_words:
                found[row][name, "concept"] += share
                continue
            for word, parts in _meant(block.name, name, docs[row]):
                found[row][word, "word"] += share / parts
    return [strongest(_told(reasons), most) for reasons in found]


def _told(reasons: dict[tuple[str, str], float]) -> list[tuple[float, str]]:
    rounded = [(round(weight, DIGITS), what, kind) for (what, kind), weight in reasons.items()]
    return [
        (-weight, what) for weight, what, kind in rounded if weight > 0 and (kind == "concept" or what.strip(EDGES))
    ]


def strongest(told: list[tuple[float, str]], most: int) -> tuple[str, ...]:
    """The first few of what speaks for a label, given with its weights below 0; what weighs next to nothing is left out."""
    told = sorted(told)[:most]
    return tuple(what for weight, what in told if weight <= told[0][0] * LEAST)


def why(model: Model, text: str, label: str, *, language: str, parent: str = "", quote: str = "") -> Why | None:
    """What speaks for and against a label of a comment, for people to look at; None where the model does not know.

    Args:
        model: What gave the label.
        text: The comment as it is shown.
        label: One of the model's.
        language: The comment's.
        parent: The text of the comment that is answered.
        quote: What it quotes.
    """
    if label not in model.labels or not model.knows(language) or not text.strip():
        return None
    doc = model.prepare(text, language=language, parent=parent, quote=quote)
    found = explain(model, doc, model.labels.index(label))
    concepts = [reason for reason in found if reason.kind == "concept" and reason.weight > 0]
    least = max((abs(reason.weight) for reason in found), default=0.0) * LEAST
    return Why(tuple(marked_parts(text, found)), tuple(one.what for one in concepts[:4] if one.weight >= least))


def marked_parts(text: str, found: Sequence[Reason]) -> Iterator[tuple[str, float]]:
    """A text in pieces, each with what it weighs against the heaviest: above 0 for the label, below against, 0 unmarked."""
    words = {reason.what: reason.weight for reason in found if reason.kind == "word"}
    pieces = list(_CHUNK.finditer(text))
    weights = [sum(words.get(word, 0.0) for word in _words_in(piece[0])) for piece in pieces]
    top = max(map(abs, weights), default=0.0) or 1.0
    at = 0
    for piece, weight in zip(pieces, weights, strict=True):
        share = round(weight / top, 2)
        if abs(share) >= MARKED:
            if piece.start() > at:
                yield text[at : piece.start()], 0.0
            yield piece[0], share
            at = piece.end()
    if at < len(text):
        yield text[at:], 0.0


def _words_in(chunk: str) -> set[str]:
    """What reasons call the words of a piece of text."""
    chunks = prepare(chunk).chunks
    return {one.strip(EDGES) or one for one in chunks} | {word for one in chunks for word in TOKEN.findall(one)}


def render(model: Model, doc: Doc) -> list[Text]:
    """The decision for a terminal: probabilities, the comment with its words marked, the concepts that were heard."""
    from rich.text import Text

    shares = model.probabilities([doc])
    label = int(model.choose(shares)[0])
    name = model.labels[label]
    found = explain(model, doc, label)
    bars = [
        Text(f"{'>' if place == label else ' '} {known:<12} {share:5.1%}  ") + Text("█" * round(30 * float(share)))
        for place, (known, share) in enumerate(zip(model.labels, shares[0], strict=True))
    ]
    marked = Text()
    for piece, weight in marked_parts(doc.text, found):
        marked.append(piece, style="bold green" if weight > 0 else "red" if weight < 0 else "")
    lines = [*bars, Text(), marked, Text()]
    for sign, title in ((1, f"for {name}"), (-1, f"against {name}")):
        some = [reason for reason in found if reason.weight * sign > 0][:6]
        lines.append(Text(f"{title}: " + (", ".join(f"{r.what} {r.weight:+.2f}" for r in some) or "nothing")))
    return lines
