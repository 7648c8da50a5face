"""Draws: which comments are labelled, for what, and with which probability each was taken."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
from sqlalchemy import Connection, func, select, text

from sentiment.annotate import schema, ulid
from sentiment.annotate.database import writing
from sentiment.annotate.sampling import UNIFORM, Floats, allocate, disagreement, inclusion, systematic, uncertainty
from sentiment.annotate.store import Store
from sentiment.errors import AnnotationError
from sentiment.records import STANCES

Purpose = Literal["estimate", "train", "audit"]
Sampler = Literal["random", "uncertainty", "disagreement", "suspect"]
DIMENSIONS = ("outlet", "language")
UNKNOWN = "unknown"
"""The sampler of labels that came with their probability and without their draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawOptions:
    """What a draw is to be."""

    purpose: Purpose
    n: int
    by: tuple[str, ...] = DIMENSIONS
    sampler: Sampler = "random"
    overlap: float = 0.0
    """Share of the comments that two annotators label, chosen at random."""
    floor: int = 5
    """Comments that every stratum gets at least, where it has them."""
    uniform: float = UNIFORM
    seed: int | None = None
    codebook: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw has become."""

    id: str
    number: int
    frame: int
    """Comments that could have been drawn."""
    strata: dict[str, int]
    """Stratum -> comments drawn."""
    overlap: int
    seed: int


# Who can be drawn. What trains a model never audits one: an item of an audit draw stays out of every draw for training,
# and nothing that has been labelled or drawn for anything else can be audited. What is drawn to estimate must be labelled
# blind, so nobody meets it in a draw for training first, where the model's view follows the answer.
_FRAMES = {
    "estimate": "1 = 1",
    "train": """NOT EXISTS (SELECT 1 FROM draw_item d JOIN draw w ON w.id = d.draw_id
                            WHERE d.item_id = i.id AND w.purpose IN ('audit', 'train', 'estimate'))
                AND NOT EXISTS (SELECT 1 FROM label_current l WHERE l.item = i.id)""",
    "audit": """NOT EXISTS (SELECT 1 FROM draw_item d WHERE d.item_id = i.id AND d.inclusion IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM event e WHERE e.item = i.id)""",
    "suspect": """NOT EXISTS (SELECT 1 FROM draw_item d JOIN draw w ON w.id = d.draw_id
                              WHERE d.item_id = i.id AND w.purpose = 'audit')
                  AND EXISTS (SELECT 1 FROM gold g WHERE g.item = i.id)""",
}


_FRAME = """
    SELECT i.id, i.language, p.outlet FROM item i JOIN page p ON p.id = i.page_id WHERE LENGTH(TRIM(i.text)) > 0
"""

_PLACES = text("""
    INSERT INTO slot (draw_id, item_id, no, rank, language)
    SELECT d.draw_id, d.item_id, CAST(:no AS INTEGER), d.rank, i.language FROM draw_item d JOIN item i ON i.id = d.item_id
    WHERE d.draw_id = :draw AND d.slots > :no
""")


def make(store: Store, options: DrawOptions) -> Drawn:
    """Draw comments and put them in the queue.

    Raises:
        AnnotationError: the options make no sense, or nobody can be drawn.
    """
    _check(options)
    where = _FRAMES["suspect" if options.sampler == "suspect" else options.purpose]
    frame = store.rows(_FRAME + f" AND {where} ORDER BY i.id")
    if not frame:
        raise AnnotationError(_nobody(options))
    ids = [row["id"] for row in frame]
    strata = [" ".join(row[name] for name in options.by) for row in frame]
    scores, model = _scores(store, options.sampler, ids)
    seed = int(np.random.SeedSequence().generate_state(1)[0] >> 1) if options.seed is None else options.seed
    rng = np.random.default_rng(seed)
    quota = allocate(Counter(strata), options.n, options.floor)
    chosen: list[tuple[int, float]] = []
    places = {name: np.flatnonzero(np.asarray(strata) == name) for name in sorted(quota)}
    for name, members in places.items():
        chances = inclusion(scores[members], quota[name], 1.0 if options.sampler == "random" else options.uniform)
        chosen += [(int(members[at]), float(chances[at])) for at in systematic(chances, rng)]
    order = rng.permutation(len(chosen))
    twice = {int(at) for at in rng.choice(len(chosen), size=round(options.overlap * len(chosen)), replace=False)}
    rows = [
        {"item_id": ids[place], "stratum": strata[place], "inclusion": chance, "rank": rank, "slots": 1 + (at in twice)}
        for rank, at in enumerate(map(int, order))
        for place, chance in [chosen[at]]
    ]
    about = {"n": options.n, "by": options.by, "overlap": options.overlap, "floor": options.floor}
    about |= {"uniform": 1.0 if options.sampler == "random" else options.uniform}
    head = _head(options.purpose, options.sampler, ids, seed=seed, params=about, model=model, codebook=options.codebook)
    number = save(store, head, rows)
    found = Counter(row["stratum"] for row in rows)
    return Drawn(head["id"], number, len(ids), dict(sorted(found.items())), len(twice), seed)


def given(store: Store, pages: Sequence[str], codebook: str) -> list[str]:
    """Queue the comments of pages in page order, without any probability; gives the draws that hold them.

    Comments that have a label are in the draw, to be looked at again, but nobody is asked to label them.
    """
    number = {page: place for place, page in enumerate(dict.fromkeys(pages))}
    rows: list[Any] = []
    draws: dict[str, None] = {}
    for page in number:
        rows += store.rows(
            """SELECT i.id, i.page_id, i.position,
                      (SELECT d.draw_id FROM draw_item d JOIN draw w ON w.id = d.draw_id
                       WHERE d.item_id = i.id AND w.sampler = 'given' ORDER BY w.id LIMIT 1) AS draw_id,
                      EXISTS (SELECT 1 FROM standing s WHERE s.item = i.id) AS seen
               FROM item i WHERE i.page_id = :page ORDER BY i.position""",
            page=page,
        )
    draws |= dict.fromkeys(row["draw_id"] for row in rows if row["draw_id"])
    new = [row for row in rows if row["draw_id"] is None]
    if new:
        head = _head("", "given", [row["id"] for row in new], codebook=codebook)
        save(store, head, [_row(row["id"], rank, 0 if row["seen"] else 1) for rank, row in enumerate(new)])
        draws[head["id"]] = None
    return list(draws)


def again(store: Store, items: dict[str, int], *, cause: str) -> int | None:
    """Queue labelled comments once more, each for so many annotators; gives the number of the draw."""
    if not items:
        return None
    head = _head("", "requeue", list(items), params={"cause": cause}, codebook=cause)
    return save(store, head, [_row(item, rank, slots) for rank, (item, slots) in enumerate(items.items())])


def save(store: Store, head: dict[str, Any], rows: Sequence[dict[str, Any]]) -> int:
    """Write a draw and its places in the queue in one transaction; gives its number."""
    with writing(store.engine) as connection:
        return put(connection, head, rows)


def put(connection: Connection, head: dict[str, Any], rows: Sequence[dict[str, Any]]) -> int:
    """Write a draw within a transaction; it gets the next number unless its own is free."""
    numbers = schema.draw.c.number
    wanted = head.get("number")
    if not wanted or connection.scalar(select(numbers).where(numbers == wanted)):
        wanted = (connection.scalar(select(func.max(numbers))) or 0) + 1
    connection.execute(schema.draw.insert(), {**head, "number": wanted})
    for start in range(0, len(rows), 5000):
        batch = [{**row, "draw_id": head["id"]} for row in rows[start : start + 5000]]
        connection.execute(schema.draw_item.insert(), batch)
    most = max((row["slots"] for row in rows), default=0)
    for no in range(most):
        connection.execute(_PLACES, {"draw": head["id"], "no": no})
    return int(wanted)


def unknown_draw(draw: str, purpose: str) -> dict[str, Any]:
    """The head of a draw of which nothing but its purpose is known; the same on every machine."""
    return {**_head(purpose, UNKNOWN, []), "id": draw, "at": "1970-01-01T00:00:00+00:00"}


def _head(purpose: str, sampler: str, ids: Sequence[str], **more: Any) -> dict[str, Any]:
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
    return {
        "id": ulid.new(),
        "purpose": purpose,
        "sampler": sampler,
        "seed": more.get("seed"),
        "params": json.dumps(more.get("params", {}), sort_keys=True),
        "model": more.get("model"),
        "frame_sha256": digest,
        "frame_size": len(ids),
        "codebook": more.get("codebook", ""),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _row(item: str, rank: int, slots: int) -> dict[str, Any]:
    return {"item_id": item, "stratum": "", "inclusion": None, "rank": rank, "slots": slots}


def _check(options: DrawOptions) -> None:
    if unknown := [name for name in options.by if name not in DIMENSIONS]:
        raise AnnotationError(f"cannot draw by {unknown[0]}; choose from {', '.join(DIMENSIONS)}")
    if not UNIFORM <= options.uniform <= 1:
        raise AnnotationError(f"{options.uniform:.0%} spread evenly is too little; it must be {UNIFORM:.0%} to 100%")
    if not 0 <= options.overlap <= 1:
        raise AnnotationError(f"an overlap of {options.overlap:.0%} makes no sense; it must be 0% to 100%")
    if options.n < 1:
        raise AnnotationError(f"cannot draw {options.n} comments; it must be 1 or more")
    if options.purpose != "train" and options.sampler == "suspect":
        raise AnnotationError("suspects are checked to train better: draw them --for train")


def _nobody(options: DrawOptions) -> str:
    if options.sampler == "suspect":
        return "there is no labelled comment to be suspicious of; label some first"
    left = {"estimate": "", "train": " that is neither labelled nor in an audit", "audit": " that nobody has touched"}
    return f"there is no comment{left[options.purpose]} to draw; add pages: sentiment annotate draw PATH…"


def _scores(store: Store, sampler: Sampler, ids: Sequence[str]) -> tuple[Floats, str | None]:
    """How much the sampler wants each comment, and by which model; one without a prediction counts as the average."""
    if sampler == "random":
        return np.ones(len(ids)), None
    by_model = predictions(store, ids)
    if not by_model:
        raise AnnotationError("no model has looked at these comments yet; give pages: sentiment annotate draw PATH…")
    models = list(by_model)  # the latest last
    if sampler == "disagreement":
        if len(models) < 2:
            raise AnnotationError(
                f"one model alone, {models[0]}, cannot disagree; draw with --model FILE once more, then again"
            )
        scores = disagreement(np.stack([by_model[name] for name in models]))
    elif sampler == "suspect":
        labels = {row["item"]: row["stance"] for row in store.rows("SELECT item, stance FROM gold")}
        at = np.array([STANCES.index(labels[name]) for name in ids])
        models = models[-1:]
        scores = 1 - by_model[models[0]][np.arange(len(ids)), at]
    else:
        models = models[-1:]
        scores = uncertainty(by_model[models[0]])
    known = ~np.isnan(scores)
    return np.where(known, scores, scores[known].mean() if known.any() else 1.0), " ".join(models)


def predictions(store: Store, ids: Sequence[str]) -> dict[str, Floats]:
    """What each model says: model -> comments × stances, NaN where it says nothing."""
    place = {name: at for at, name in enumerate(ids)}
    found: dict[str, Floats] = {}
    columns = [f"p_{name}" for name in STANCES]
    for row in store.stream(select(schema.prediction).order_by(schema.prediction.c.at)):
        if row["item_id"] in place:
            table = found.setdefault(row["model"], np.full((len(ids), len(STANCES)), np.nan))
            table[place[row["item_id"]]] = [row[name] for name in columns]
    return found
