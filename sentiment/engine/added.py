"""What ``classify`` adds to rows: a stance, probabilities and a confidence as columns, and as the cells of each row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIGITS = 4
"""Of probabilities, as they are written."""

_WRITTEN = np.array([repr(number / 10**DIGITS) for number in range(10**DIGITS + 1)], dtype=object)
"""Every number from 0 to 1 as it is written: looking one up takes a tenth of the time."""


@dataclass(frozen=True, slots=True)
class Added:
    """New cells of some rows."""

    names: Sequence[str]
    """Of the columns."""
    stances: list[str]
    """Of each row; empty where it stays open."""
    places: list[int]
    """The rows that were scored; the others have no numbers."""
    numbers: NDArray[np.float64]
    """Probabilities and confidence, scored rows by columns."""
    reasons: list[str] | None
    """Of each row, if they were asked for."""

    def cells(self) -> list[list[str]]:
        """The new cells of each row, as they are written."""
        empty = [""] * self.numbers.shape[1]
        rows = [[stance, *empty] for stance in self.stances]
        for place, written in zip(self.places, self._written(), strict=True):
            rows[place][1:] = written
        if self.reasons is not None:
            for row, why in zip(rows, self.reasons, strict=True):
                row.append(why)
        return rows

    def members(self) -> list[str]:
        """The new members of each row as an object of JSON, without the braces."""
        encode = json.JSONEncoder(ensure_ascii=False).encode
        stance, *names = (encode(name) for name in self.names)
        known = {label: f"{stance}: {encode(label)}" for label in set(self.stances)}
        numbers = names[: self.numbers.shape[1]]
        empty = known.get("", "") + "".join(f', {name}: ""' for name in numbers)
        template = "%s" + "".join(f", {name.replace('%', '%%')}: %s" for name in numbers)
        members = [empty] * len(self.stances)
        for place, written in zip(self.places, self._written(), strict=True):
            members[place] = template % (known[self.stances[place]], *written)
        if self.reasons is not None:
            members = [f"{row}, {names[-1]}: {encode(why)}" for row, why in zip(members, self.reasons, strict=True)]
        return members

    def values(self) -> Iterator[list[str | None] | list[float | None]]:
        """The new columns, with None where nothing is known."""
        yield [stance or None for stance in self.stances]
        for column in self.numbers.T.tolist():
            numbers: list[float | None] = [None] * len(self.stances)
            for place, number in zip(self.places, column, strict=True):
                numbers[place] = number
            yield numbers
        if self.reasons is not None:
            yield [why or None for why in self.reasons]

    def _written(self) -> list[list[str]]:
        steps = np.rint(self.numbers * 10**DIGITS).astype(np.intp)
        written: list[list[str]] = _WRITTEN[steps].tolist()
        return written
