"""Draws after draws: which comments earlier draws took, and how likely each comment of a frame was to be among them.

A further draw takes none of them again, and all together are one sample: a comment is in it with the probability
``1 - (1 - p1)(1 - p2)...``, each ``p`` given that no earlier draw took it. That needs the probability in each draw of
comments that it left alone too; so a draw keeps what it takes to work that out: per stratum the line ``a + b * score``, and
the pages that its frame had.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from sentiment.annotate import schema
from sentiment.annotate.sampling import Floats, disagreement, uncertainty
from sentiment.annotate.store import Store
from sentiment.records import STANCES

PREDICTED = "predicted"
"""Stratum by what the model takes a comment for, beside outlet and language."""

UNREAD = "unread"
"""Stands for that where no model has said anything."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """What earlier draws for estimates and audits did with the comments of a frame; arrays in its order."""

    taken: NDArray[np.bool_]
    waiting: NDArray[np.bool_]
    """Taken, and nobody has answered yet."""
    chance: Floats
    """That one of them took the comment; 0 for comments that came later."""

    @property
    def any(self) -> bool:
        """Whether there were such draws."""
        return bool(self.chance.any() or self.taken.any())


def history(store: Store, frame: Sequence[Row], scope: str) -> History:
    """What earlier draws that asked for the same comments (``scope``) did with those of a frame."""
    place = {row["id"]: at for at, row in enumerate(frame)}
    taken, answered = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    chance = np.zeros(len(frame))
    heads = select(schema.draw).where(schema.draw.c.purpose.in_(["estimate", "audit"])).order_by(schema.draw.c.id)
    for head in store.rows(heads):
        params = json.loads(head["params"])
        if params.get("scope", "") != scope:
            continue
        lines: dict[str, Sequence[float]] = {}
        query = """SELECT d.item_id, d.stratum, d.inclusion, EXISTS (SELECT 1 FROM event e WHERE e.item = d.item_id) AS done
                   FROM draw_item d WHERE d.draw_id = :draw AND d.slots > 0 AND d.inclusion IS NOT NULL"""
        for row in store.rows(query, draw=head["id"]):
            lines[row["stratum"]] = (row["inclusion"], 0.0)
            if (at := place.get(row["item_id"])) is not None:
                taken[at] = True
                answered[at] |= bool(row["done"])
        chance = 1 - (1 - chance) * (1 - _chances(store, frame, head, params, lines))
    return History(taken, taken & ~answered, chance)


def _chances(
    store: Store, frame: Sequence[Row], head: Row, params: Mapping[str, Any], lines: Mapping[str, Sequence[float]]
) -> Floats:
    """The probability that this draw took each comment, had no other done so before."""
    known: Mapping[str, Sequence[float]] = params.get("chances") or lines
    names = strata(store, frame, params.get("by", ("outlet", "language")), head["model"], params.get("scope", ""))
    a, b = (np.array([known.get(name, (0.0, 0.0))[i] for name in names]) for i in (0, 1))
    score = np.ones(len(frame))
    if b.any():
        by_model = predictions(store, [row["id"] for row in frame])
        score = scores(head["sampler"], [by_model[name] for name in head["model"].split() if name in by_model])
        score = np.where(np.isnan(score), params.get("fill", 1.0), score)
    inside = np.ones(len(frame))
    if (pages := params.get("pages")) is not None:
        now = Counter(short(row["page_id"]) for row in frame)
        # a page that has more comments now: which of them were there is not known, so all share the probability
        part = {page: min(1.0, pages.get(page, 0) / count) for page, count in now.items()}
        inside = np.array([part[short(row["page_id"])] for row in frame])
    found: Floats = np.clip(a + b * score, 0.0, 1.0) * inside
    return found


def strata(store: Store, frame: Sequence[Row], by: Sequence[str], model: str | None, scope: str) -> list[str]:
    """The stratum of each comment: its outlet, its language, what a model takes it for, as far as asked for."""
    seen = predicted(store, [row["id"] for row in frame], model) if PREDICTED in by else []
    tail = f" [only {scope}]" if scope else ""
    return [
        " ".join(seen[at] if name == PREDICTED else row[name] for name in by) + tail for at, row in enumerate(frame)
    ]


def predicted(store: Store, ids: Sequence[str], model: str | None = None) -> list[str]:
    """The stance that a model (None: the latest) takes each comment for, or :data:`UNREAD`."""
    by_model = predictions(store, ids)
    name = model.split()[-1] if model else next(reversed(by_model), "")  # of a committee the last one
    table = by_model.get(name)
    if table is None:
        return [UNREAD] * len(ids)
    return [UNREAD if np.isnan(row[0]) else STANCES[int(row.argmax())] for row in table]


def scores(sampler: str, tables: Sequence[Floats]) -> Floats:
    """How much a sampler wants each comment, by what models say; NaN where they say nothing."""
    return disagreement(np.stack(tables)) if sampler == "disagreement" else uncertainty(tables[-1])


def predictions(store: Store, ids: Sequence[str]) -> dict[str, Floats]:
    """What each model says, the latest last: model -> comments × stances, NaN where it says nothing."""
    place = {name: at for at, name in enumerate(ids)}
    found: dict[str, Floats] = {}
    columns = [f"p_{name}" for name in STANCES]
    for row in store.stream(select(schema.prediction).order_by(schema.prediction.c.at)):
        if row["item_id"] in place:
            table = found.setdefault(row["model"], np.full((len(ids), len(STANCES)), np.nan))
            table[place[row["item_id"]]] = [row[name] for name in columns]
    return found


def short(page: str) -> str:
    """A page's id as a draw keeps it."""
    return page[:10]
