"""What is said of labelled rows: by a model, by another backend, or by training without them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sentiment.errors import InputError
from sentiment.records import STANCES
from sentiment.stance.folds import folds as split
from sentiment.stance.table import Rows
from sentiment.stance.tag import Item

if TYPE_CHECKING:
    from sentiment.records import Stance
    from sentiment.stance.model import Model
    from sentiment.stance.tag import StanceBackend
    from sentiment.stance.train import Options


@dataclass(frozen=True, slots=True)
class Said:
    """Labels, and what they are sure of, for rows that had not been seen."""

    rows: Rows
    """Those that got a label."""
    chosen: NDArray[np.intp]
    """Place of each row's label in ``rows.labels``."""
    shares: NDArray[np.float64] | None
    """Probabilities, rows by labels; None from a backend that has none."""
    untagged: dict[str, int] = field(default_factory=dict)
    """Why rows got no label -> how many."""


def by_model(rows: Rows, model: Model) -> Said:
    """What a model says of rows that carry its labels.

    Raises:
        InputError: It knows none of their languages.
    """
    known = [place for place, name in enumerate(rows.language) if model.knows(name)]
    strange = Counter(f"no model for {name or 'und'}" for name in rows.language if not model.knows(name))
    rows = _those(rows, known, strange)
    shares = model.score(rows.texts, rows.language, rows.parents)
    return Said(rows, model.choose(shares), shares, dict(strange))


def by_training(rows: Rows, options: Options, folds: int, tell: Callable[[str], None] = lambda _: None) -> Said:
    """What models trained, settings and all, without the group of a row say of it."""
    from sentiment.stance.train import fit_rows

    shares = np.zeros((len(rows.codes), len(rows.labels)))
    chosen = np.zeros(len(rows.codes), dtype=np.intp)
    for number, (train, test) in enumerate(split(rows.codes, rows.groups, folds, options.seed + 1), 1):
        part = by_model(rows.take(test), fit_rows(rows.take(train), options).model)
        shares[test], chosen[test] = part.shares, part.chosen
        tell(f"fold {number} of {folds}")
    return Said(rows, chosen, shares)


def by_backend(rows: Rows, items: Sequence[Item], backend: StanceBackend) -> Said:
    """What a backend says of rows whose labels are the four stances.

    Raises:
        InputError: It gives none of them a stance.
        ModelError: It cannot do its work.
    """
    said: list[Stance] = []
    size = max(backend.at_once, 1)
    for start in range(0, len(items), size):
        said += backend.classify(items[start : start + size])
    places = [place for place, stance in enumerate(said) if stance.name]
    whys = Counter((stance.reasons or ("no answer",))[0].partition(":")[0] for stance in said if not stance.name)
    rows = _those(rows, places, whys)
    chosen = np.array([STANCES.index(said[place].name) for place in places], dtype=np.intp)
    shares = [said[place].probabilities for place in places]
    sure = None if any(row is None for row in shares) else np.array(shares, dtype=np.float64)
    return Said(rows, chosen, sure, dict(whys))


def items_of(rows: Rows, titles: Sequence[str] = ()) -> list[Item]:
    """Rows as a backend reads them."""
    every = zip(rows.texts, rows.language, rows.parents, titles or [""] * len(rows.texts), strict=True)
    return [Item(text, language, parent_text=parent, title=title) for text, language, parent, title in every]


def _those(rows: Rows, places: Sequence[int], untagged: Counter[str]) -> Rows:
    if not places:
        whys = ", ".join(f"{count} {why}" for why, count in untagged.items())
        raise InputError(f"none of the {len(rows.texts)} rows got a label ({whys}), so there is nothing to measure")
    return rows if len(places) == len(rows.texts) else rows.take(np.array(places, dtype=np.intp))
