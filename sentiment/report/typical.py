"""Typical comments as evidence: from a bounded random sample per group and stance, those nearest to its centre."""

from __future__ import annotations

import hashlib
import heapq
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from sentiment.records import Comment
from sentiment.report.result import Typical

Name = tuple[str | None, str | None]
Bucket = tuple[Name, str, str | None]
"""Group, stance, reason (None: whatever the reason)."""

SHOWN_STANCES = ("favor", "against")
SAMPLE = 40
"""Comments kept per bucket: the centre moves little beyond."""
BUCKETS = 1_000
"""Buckets kept; beyond, those with the fewest comments are given up, so that memory stays bounded."""
PER_BUCKET = 3
_WORD = re.compile(r"[^\W\d_]{2,}")
_LEAST_WORDS = 4
_CUT = 600


class Evidence:
    """Keeps a random sample of comments per bucket, the same for the same comments in any order."""

    def __init__(self) -> None:
        self._kept: dict[Bucket, list[tuple[float, str, str, str]]] = {}
        self._seen: Counter[Bucket] = Counter()

    def add(self, name: Name, stance: str, named: Iterable[str], comment: Comment) -> None:
        """Offer a comment to its group's bucket and to those of its reasons."""
        if stance not in SHOWN_STANCES:
            return
        digest = hashlib.sha256(comment.id.encode("utf-8", "replace")).digest()
        # a heap of the smallest hashes (bottom-k): a random sample that does not depend on the order
        entry = (-int.from_bytes(digest[:8], "big") / 2**64, comment.id, comment.text[:_CUT], comment.language)
        self._offer((name, stance, None), entry)
        for reason in named:
            self._offer(((None, None), stance, reason), entry)
        if len(self._kept) > 2 * BUCKETS:
            for bucket, _ in self._seen.most_common()[BUCKETS:]:
                self._kept.pop(bucket, None)
                del self._seen[bucket]

    def _offer(self, bucket: Bucket, entry: tuple[float, str, str, str]) -> None:
        self._seen[bucket] += 1
        heap = self._kept.setdefault(bucket, [])
        if len(heap) < SAMPLE:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)

    def typical(self, groups: Sequence[Name], show: Callable[[str], str] = str) -> tuple[Typical, ...]:
        """The nearest to each centre, groups in the given order, then reasons over all groups."""
        order = {name: i for i, name in enumerate(groups)}
        found: list[Typical] = []
        for bucket in sorted(
            self._kept, key=lambda b: (b[2] is not None, order.get(b[0], len(order)), -self._seen[b], b[1], b[2] or "")
        ):
            (outlet, language), stance, reason = bucket
            entries = sorted(self._kept[bucket], key=lambda entry: entry[1])
            for place, similarity in nearest([entry[2] for entry in entries], PER_BUCKET):
                _, comment_id, text, written_in = entries[place]
                shown = show(text) + ("…" if len(text) == _CUT else "")
                found.append(Typical(outlet, language, stance, reason, comment_id, shown, written_in, similarity))
        return tuple(found)


def nearest(texts: Sequence[str], most: int) -> list[tuple[int, float]]:
    """The places of the texts nearest to the centre of all, with their cosine to it, nearest first.

    The centre is the mean of the texts' tf-idf vectors of length one. Length is no advantage: a long text has many words
    that no other has. Texts of fewer than four words are passed over where there are others; a copy is shown once.
    """
    bags = [Counter(_WORD.findall(text.casefold())) for text in texts]
    documents = Counter(word for bag in bags for word in bag)
    vectors = [_unit(bag, documents, len(texts)) for bag in bags]
    centre: Counter[str] = Counter()
    for vector in vectors:
        centre.update(vector)
    norm = math.sqrt(sum(value * value for value in centre.values())) or 1.0
    scored = [
        (sum(value * centre[word] for word, value in vector.items()) / norm, i) for i, vector in enumerate(vectors)
    ]
    long_enough = [(score, i) for score, i in scored if sum(bags[i].values()) >= _LEAST_WORDS]
    chosen: list[tuple[int, float]] = []
    seen: set[frozenset[str]] = set()
    for score, i in sorted(long_enough or scored, key=lambda pair: (-pair[0], pair[1])):
        words = frozenset(bags[i])
        if words not in seen:
            seen.add(words)
            chosen.append((i, min(1.0, score)))
    return chosen[:most]


def _unit(bag: Mapping[str, int], documents: Mapping[str, int], count: int) -> dict[str, float]:
    weights = {word: (1 + math.log(n)) * math.log(1 + count / documents[word]) for word, n in bag.items()}
    norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / norm for word, weight in weights.items()}
