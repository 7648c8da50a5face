"""Probabilities of many comments of one language: their features as one sparse product, their weights as another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentiment.stance.batch.arrays import Ints, edges, sums
from sentiment.stance.batch.chunks import Chunks
from sentiment.stance.batch.columns import SIZES, Columns, Entries
from sentiment.stance.batch.heard import ATTITUDES, Concepts, Heard, Stream
from sentiment.stance.batch.names import Names
from sentiment.stance.batch.valence import SCORES, Valence
from sentiment.stance.batch.why import Whys
from sentiment.stance.features import VADER_LANGUAGE, Analysers
from sentiment.stance.tokens import MAX_CHARACTERS, TAG

Floats = NDArray[np.float64]
Numbers = tuple[NDArray[np.intp], NDArray[np.intp], Floats]
"""Comments, columns and values."""
Choose = Callable[[Floats], NDArray[np.intp]]
"""Gives the label of each row of probabilities."""
_NO_NUMBERS: Numbers = (np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))

TOGETHER = 512
"""Comments whose features are multiplied at once: their numbers stay in the cache of a core."""

_LOGS = np.log(np.arange(1, 2 * MAX_CHARACTERS)) + 1.0
"""What a feature counts that occurs once, twice and so on."""


@dataclass(frozen=True, slots=True)
class Logits:
    """What the features of one language add to the logit of each label."""

    weights: Floats
    """Features by labels."""
    shift: Floats


@dataclass(frozen=True, slots=True)
class Asked:
    """Comments of one language."""

    texts: Sequence[str]
    parents: Sequence[str] = ()
    """Texts of the comments that they answer, empty where there is none; none at all is as good as all empty."""
    quoted: Sequence[bool] = ()
    """Whether they quote something; none at all is as good as nobody."""


@dataclass(frozen=True, slots=True)
class _Read:
    """Comments as whole numbers; behind those that were asked for stand the ones that they answer, each once."""

    texts: list[str]
    asked: int
    """How many were asked for."""
    quoted: NDArray[np.bool_]
    replies: NDArray[np.intp]
    """Which of them are answers."""
    parents: NDArray[np.intp]
    """What each of those answers."""
    chunks: Ints
    counts: Ints
    """Chunks of each comment."""
    stream: Stream
    heard: Heard | None


@dataclass(frozen=True, slots=True)
class _Laid:
    """Lists of columns, one comment after the other."""

    ends: Ints
    """Where each comment starts, and the last one ends."""
    pieces: Ints
    """Places of the lists."""
    sizes: NDArray[np.int64]
    """How many names each comment has in each block of which what is unknown counts; comments by blocks."""


class LanguageScorer:
    """Scores comments of one language.

    Args:
        language: Its code.
        names: The model's features in it.
        analysers: The word lists.
        logits: The weights.
    """

    def __init__(self, language: str, names: Names, analysers: Analysers, logits: Logits) -> None:
        self._names, self._linear = names, logits
        concepts = Concepts(analysers.concepts())
        self._concepts, self._columns = concepts, Columns(names, concepts)
        valence = Valence(analysers.analyser) if language == VADER_LANGUAGE and names.has("vader") else None
        self._chunks = Chunks(names, analysers.lexicon(language), concepts.number, valence)
        self._listens = any(map(names.has, ("cues", "pairs", "negated", "reply", "parent")))
        self._answers = names.has("reply") or names.has("parent")

    def ready(self) -> None:
        """Make the tables that the first comment would make."""
        self.probabilities(Asked(["."]))
        self._chunks.forget()

    def probabilities(self, asked: Asked) -> Floats:
        """Calibrated probabilities, comments by labels."""
        read = self._read(asked)
        laid = self._laid(read)
        return shares(self._logits(self._values(laid, 0, read.asked), 0, self._numbers(read, laid)))

    def tell(self, asked: Asked, choose: Choose, most: int) -> tuple[Floats, list[tuple[str, ...]]]:
        """Calibrated probabilities, and the strongest reasons for the label that is chosen by them."""
        read = self._read(asked)
        laid = self._laid(read)
        values, numbers = [*self._values(laid, 0, read.asked)], self._numbers(read, laid)
        found = shares(self._logits(values, 0, numbers))
        labels, ends = choose(found), edges(read.counts)
        reasons: list[tuple[str, ...]] = []
        for place, some in enumerate(values):
            part = slice(place * TOGETHER, place * TOGETHER + some.shape[0])
            chunks = read.chunks[ends[part.start] : ends[part.stop]]
            own = _of_rows(numbers, part.start, part.stop)
            words = slice(*read.stream.edges[[part.start, part.start + some.shape[0]]])
            tokens = read.stream.owners[words] - part.start, read.stream.tokens[words]
            reasons += self._whys.of(some, own, labels[part], chunks, read.counts[part], tokens, most)
        return found, reasons

    @cached_property
    def _whys(self) -> Whys:
        return Whys(self._names, self._linear.weights, self._chunks)

    def entries(self, asked: Asked) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Weighted values of the features: comment, column in the model, value."""
        read = self._read(asked)
        laid = self._laid(read)
        rows, columns, data = self._numbers(read, laid)
        own = rows < read.asked
        parts = [(rows[own], columns[own], data[own])]
        for number, some in enumerate(self._values(laid, 0, read.asked)):
            rows = number * TOGETHER + np.repeat(np.arange(some.shape[0]), np.diff(some.indptr))
            parts.append((rows, some.indices, some.data))
        rows, columns, data = (np.concatenate(column) for column in zip(*parts, strict=True))
        return rows, self._names.columns[columns], data

    def _read(self, asked: Asked) -> _Read:
        size = len(asked.texts)
        above = [*dict.fromkeys(filter(None, asked.parents))] if self._answers else []
        place = {text: size + number for number, text in enumerate(above)}
        replies = [row for row, text in enumerate(asked.parents) if text] if above else []
        texts = [*asked.texts, *above]
        quoted = np.zeros(len(texts), dtype=bool)
        quoted[: len(asked.quoted)] = asked.quoted
        chunks, counts = self._chunks.read(texts)
        lengths = self._chunks.of_tokens.lengths(chunks)
        ends = edges(lengths)[edges(counts)]
        owners = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(ends))
        stream = Stream(self._chunks.of_tokens.of(chunks, lengths), ends, owners)
        return _Read(
            texts=texts,
            asked=size,
            quoted=quoted,
            replies=np.array(replies, dtype=np.intp),
            parents=np.array([place[asked.parents[row]] for row in replies], dtype=np.intp),
            chunks=chunks,
            counts=counts,
            stream=stream,
            heard=Heard(stream, self._chunks.tokens, self._concepts) if self._listens else None,
        )

    def _laid(self, read: _Read) -> _Laid:
        """The columns of each comment, those of its chunks apart, as places of lists of columns."""
        rows = np.repeat(np.arange(len(read.texts), dtype=np.uint16), read.counts)
        found = [(rows, read.chunks + np.int32(self._names.size))]
        for owners, columns in self._counted(read):
            known = columns >= 0
            found.append((owners[known].astype(np.uint16), columns[known]))
        rows, pieces = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(rows, kind="stable")  # of so short numbers numpy sorts by their digits
        return _Laid(edges(np.bincount(rows, minlength=len(read.texts))), pieces[order], self._sizes(read))

    def _sizes(self, read: _Read) -> NDArray[np.int64]:
        names = self._names
        out = np.zeros((len(read.texts), len(names.parts)), dtype=np.int64)
        if "words" in names.blocks:
            out[:, names.blocks.index("words")] = np.maximum(0, 2 * np.diff(read.stream.edges) - 1)
        if "chars" in names.blocks:
            sizes = self._chunks.facts["size"].array[read.chunks]
            out[:, names.blocks.index("chars")] = sums(sizes, edges(read.counts))
        return out

    def _values(self, laid: _Laid, first: int, last: int) -> Iterator[Any]:
        """Features that are counted, :data:`TOGETHER` comments at a time: sparse matrices, comments by features."""
        from scipy.sparse import csr_array

        lists, width = self._chunks.columns, self._names.size
        count = len(lists.edges) - 1
        per_piece = csr_array((self._chunks.ones(), lists.items.array, lists.edges.array), shape=(count, width))
        for start in range(first, last, TOGETHER):
            ends = laid.ends[start : min(last, start + TOGETHER) + 1]
            pieces = laid.pieces[ends[0] : ends[-1]]
            ones = np.ones(len(pieces), dtype=np.int16)
            counts = csr_array((ones, pieces, ends - ends[0]), shape=(len(ends) - 1, count)) @ per_piece
            yield self._weighted(counts, laid.sizes[start : start + len(ends) - 1])

    def _weighted(self, counts: Any, sizes: NDArray[np.int64]) -> Any:
        """Counts as values: damped, by how telling a feature is, each block of a comment to length 1 times its weight."""
        from scipy.sparse import csr_array

        names, blocks = self._names, len(self._names.parts)
        columns = counts.indices.astype(np.intp)
        values = names.idf[columns]
        many = np.flatnonzero(counts.data > 1)
        values[many] *= _LOGS[counts.data[many] - np.int16(1)]
        homes = np.repeat(np.arange(0, counts.shape[0] * blocks, blocks), np.diff(counts.indptr))
        homes += names.block_of[columns]
        size = counts.shape[0] * blocks
        known = np.bincount(homes, counts.data, minlength=size).reshape(-1, blocks)
        squares = np.bincount(homes, values * values, minlength=size).reshape(-1, blocks)
        norms = np.sqrt(squares + names.unknown * (sizes - known))
        scale = np.divide(names.weights, norms, out=np.zeros_like(norms), where=norms > 0)
        values *= scale.ravel()[homes]
        return csr_array((values, counts.indices, counts.indptr), shape=counts.shape)

    def _counted(self, read: _Read) -> Iterator[Entries]:
        """Comments and columns of what is counted, apart from what stands within a chunk."""
        columns, names, known, stream, heard = self._columns, self._names, self._chunks.tokens, read.stream, read.heard
        yield columns.neighbours(stream, known)
        if names.has("near"):
            yield columns.near(stream, known)
        if names.has("marks"):
            yield from columns.marks(stream, known, *self._case(read), read.quoted)
        if names.has("tags"):
            yield self._tags(read.texts)
        if heard is None:
            return
        if names.has("negated"):
            yield columns.negated(stream, known, heard)
        if names.has("cues"):
            yield from columns.cues(stream, heard)
        if names.has("pairs"):
            yield from columns.pairs(stream, heard)
        if names.has("reply") and len(read.replies):
            yield from columns.reply(read.replies, read.parents, stream, heard)

    def _case(self, read: _Read) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Letters and capitals of each comment."""
        ends, facts = edges(read.counts), self._chunks.facts
        letters, capitals = (sums(facts[kind].array[read.chunks], ends) for kind in ("letters", "capitals"))
        return letters, capitals

    def _tags(self, texts: list[str]) -> Entries:
        known = self._names.of("tags")
        found = [
            (row, known[tag])
            for row, text in enumerate(texts)
            for tag in TAG.findall(text[:MAX_CHARACTERS].lower())
            if tag in known
        ]
        pairs = np.array(found, dtype=np.int32).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def _logits(self, values: Iterable[Any], first: int, numbers: Numbers) -> Floats:
        """Logits of comments, from the ``first`` of the numbers' on."""
        logits = self._linear
        out = np.concatenate([np.empty((0, len(logits.shift))), *(some @ logits.weights for some in values)])
        rows, columns, told = _of_rows(numbers, first, first + len(out))
        np.add.at(out, rows, told[:, None] * logits.weights[columns])
        return out + logits.shift

    def _numbers(self, read: _Read, laid: _Laid) -> Numbers:
        """Features that are a number of their own."""
        names = self._names
        weights = dict(zip(names.blocks, names.weights.tolist(), strict=True))
        numbers = _NO_NUMBERS
        if self._chunks.valence is not None:
            table = self._valence(read, self._chunks.valence)
            numbers = _known(names.table("vader", [f"vader {name}" for name in SCORES]), table * weights["vader"])
        if names.has("parent") and len(read.replies):
            above = self._values(laid, read.asked, len(read.texts))
            own = shares(self._logits(above, read.asked, numbers))
            told = np.array([[round(share, 4) for share in row] for row in own.tolist()])
            rows, columns, values = _known(*self._parents(read, told * weights["parent"]))
            more = (read.replies[rows], columns, values)
            numbers = tuple(np.concatenate(both) for both in zip(numbers, more, strict=True))  # type: ignore[assignment]
        return numbers

    def _valence(self, read: _Read, valence: Valence) -> Floats:
        chunks, counts = read.chunks, read.counts
        there = self._chunks.facts["there"].array[chunks] > 0
        if not there.all():
            owners = np.repeat(np.arange(len(counts)), counts)[there]
            chunks, counts = chunks[there], np.bincount(owners, minlength=len(counts)).astype(np.int32)
        return valence.scores(chunks, counts)

    def _parents(self, read: _Read, told: Floats) -> tuple[NDArray[np.int32], Floats]:
        """Columns and values, answers by features: what the answered comment probably says, by how the answer opens."""
        assert read.heard is not None  # noqa: S101 - a model that asks for parents listens
        attitude, short = self._columns.manner(read.replies, read.stream, read.heard)
        found, values = [], []
        probable = told[read.parents - read.asked]
        for place in range(probable.shape[1]):
            table = self._names.table
            head = f"parent {place}"
            plain = table("parent", [head])
            by_attitude = table("parent", [f"{head} {name}" for name in ATTITUDES])
            by_size = table("parent", [f"{head} {size}" for size in SIZES])
            by_both = table("parent", [f"{head} {name} {size}" for name in ATTITUDES for size in SIZES])
            found += [
                np.repeat(plain, len(attitude)),
                by_attitude[attitude],
                by_size[short],
                by_both[attitude * len(SIZES) + short],
            ]
            values += [probable[:, place]] * 4
        return np.stack(found, axis=1), np.stack(values, axis=1)


def shares(logits: Floats) -> Floats:
    """Probabilities, comments by labels."""
    up = np.exp(logits - logits.max(axis=1, keepdims=True))
    out: Floats = up / up.sum(axis=1, keepdims=True)
    return out


def _of_rows(numbers: Numbers, first: int, last: int) -> Numbers:
    """The numbers of some comments, which are counted from the first of them."""
    rows, columns, values = numbers
    some = (rows >= first) & (rows < last)
    return rows[some] - first, columns[some], values[some]


def _known(columns: NDArray[np.int32], values: Floats) -> Numbers:
    """Rows, columns and values of what the model knows and is not 0."""
    columns = np.broadcast_to(columns, values.shape)
    rows, places = np.nonzero((columns >= 0) & (values != 0))
    return rows, columns[rows, places].astype(np.intp), values[rows, places]
