"""What the words of a text say about its language: one number that holds the weights of all languages.

Each run of two to six bytes inside a word has a weight for each of 73 languages. The weights of a run are the fields
of one long integer, two bytes a language, so that one addition adds them all: a text is the sum of its words, and a
word's sum is kept. That needs no array library for a few texts (its import alone takes longer than 1,000 texts), and
gives a batch the rows of its array ready made.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from math import exp, sqrt

from sentiment.shipped import shipped

_FIELD = 2
"""Bytes of a language's field: a byte of text adds 81 at most, a text has 800."""
LONGEST_TEXT = 200
"""Characters that are looked at. On 142 saved pages 150 and 600 gave another language once; more is only time."""
_LONGEST_RUN = 6
_MOST_WORDS = 40_000
"""Words whose sums are kept, 250 bytes each; runs are as many at most as there are. 100,000 spare 3 µs of a comment's 45 and cost 12 MB a process."""
_LONGEST_KEPT = 30


@dataclass(frozen=True, eq=False)
class Table:
    """The weights of ``ngrams.bin``."""

    codes: tuple[str, ...]
    """The language of each field; two scripts of one language have a field each."""
    twins: tuple[tuple[int, int], ...]
    """Pairs of fields of the same language: the first stands for both."""
    scale: float
    """Weights are log-probabilities times this."""
    prior: int
    words: Words

    @property
    def width(self) -> int:
        """Bytes of a sum."""
        return len(self.codes) * _FIELD

    def total(self, text: str) -> int:
        """The sum for a text as :func:`prepared` gives it; 0 if nothing in it says anything."""
        total = sum(map(self.words.__getitem__, text.split()))
        return total + self.prior if total else 0

    def shares(self, text: str) -> list[float]:
        """The probability of the language of each field, a twin's in the first of its pair."""
        row = memoryview(self.total(text).to_bytes(self.width, "little")).cast("H").tolist()
        top, step = max(row), self.step(text)
        shares = [exp((value - top) * step) for value in row]
        for first, second in self.twins:
            shares[first] += shares[second]
            shares[second] = 0.0
        whole = sum(shares)
        return [share / whole for share in shares]

    def step(self, text: str) -> float:
        """What one step of a sum is in log-probability: py3langid calibrates by the root of the text's bytes."""
        return 1.0 / (self.scale * sqrt(len(text.encode("utf-8", "surrogatepass")) or 1))


def prepared(text: str) -> str:
    """The part of a text that counts, as the weights were learned from: composed, in lower case if it is all capitals."""
    text = text[:LONGEST_TEXT]
    if text.isupper():
        text = text.lower()
    # cut again: some signs become three
    return text if text.isascii() else unicodedata.normalize("NFC", text)[:LONGEST_TEXT]


class Words(dict[str, int]):
    """Word -> the sum of its runs; a missing one is worked out."""

    def __init__(self, runs: list[bytes], rows: bytes, languages: int) -> None:
        super().__init__()
        self._rows, self._languages = rows, languages
        self._runs: dict[bytes, int] = dict(zip(runs, range(-len(runs), 0), strict=True))
        """Run -> its weights, or as long as nobody asked for them, its place in the rows counted from the end."""

    def __missing__(self, word: str) -> int:
        data = f" {word} ".encode("utf-8", "surrogatepass")
        get = self._runs.get
        total = 0
        for end in range(2, len(data) + 1):
            for start in range(end - _LONGEST_RUN if end > _LONGEST_RUN else 0, end - 1):
                weights = get(data[start:end])
                if weights is not None:  # the longest run that ends here
                    total += weights if weights >= 0 else self._weights(data[start:end], weights)
                    break
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = total
        return total

    def _weights(self, run: bytes, place: int) -> int:
        first = (len(self._runs) + place) * self._languages
        fields = bytearray(self._languages * _FIELD)
        fields[::_FIELD] = self._rows[first : first + self._languages]
        weights = self._runs[run] = int.from_bytes(fields, "little")
        return weights


@cache
def table() -> Table:
    """The table, read once; 10 ms."""
    head, _, rest = shipped(__package__, "ngrams.bin").partition(b"\n")
    known = json.loads(head)
    size = known["runs"] * len(known["codes"])
    prior = b"".join(value.to_bytes(_FIELD, "little") for value in known["prior"])
    return Table(
        codes=tuple(known["codes"]),
        twins=tuple((first, second) for first, second in known["twins"]),
        scale=known["scale"],
        prior=int.from_bytes(prior, "little"),
        words=Words(rest[size:].split(b"\n"), rest[:size], len(known["codes"])),
    )
