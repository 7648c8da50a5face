"""How far the work is: for ``annotate status`` and for the lead's page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sentiment.annotate.standing import undecided
from sentiment.annotate.store import Store
from sentiment.records import STANCES

_COUNTS = """
    SELECT (SELECT COUNT(*) FROM item) AS comments, (SELECT COUNT(*) FROM label_current) AS labels,
           (SELECT COUNT(*) FROM standing WHERE kind = 'skip') AS skipped,
           (SELECT COUNT(DISTINCT item) FROM label_current) AS labelled,
           (SELECT COUNT(*) FROM adjudicated) AS adjudicated,
           (SELECT COUNT(*) FROM standing s JOIN item i ON i.id = s.item
            WHERE s.kind <> 'skip' AND s.text_sha256 <> i.text_sha256) AS changed,
           (SELECT COUNT(*) FROM event) AS events
"""
_BY = {
    "annotator": "SELECT annotator AS name, COUNT(*) AS labels FROM label_current GROUP BY annotator ORDER BY 2 DESC, 1",
    "language": """SELECT i.language AS name, COUNT(*) AS labels FROM label_current l JOIN item i ON i.id = l.item
                   GROUP BY i.language ORDER BY 2 DESC, 1""",
    "outlet": """SELECT p.outlet AS name, COUNT(*) AS labels FROM label_current l JOIN item i ON i.id = l.item
                 JOIN page p ON p.id = i.page_id GROUP BY p.outlet ORDER BY 2 DESC, 1""",
    "stance": "SELECT stance AS name, COUNT(*) AS labels FROM label_current GROUP BY stance ORDER BY 2 DESC, 1",
}
_DRAWS = """
    SELECT d.number, d.purpose, d.sampler, d.seed, COALESCE(s.places, 0) AS places, COALESCE(s.done, 0) AS done,
           (SELECT COUNT(*) FROM draw_item i WHERE i.draw_id = d.id) AS comments
    FROM draw d LEFT JOIN (SELECT draw_id, COUNT(*) AS places, COUNT(event_id) AS done FROM slot GROUP BY draw_id) s
        ON s.draw_id = d.id
    ORDER BY d.number
"""
_PLACES = {
    "language": """SELECT language AS name, COUNT(*) AS places, COUNT(event_id) AS done FROM slot
                   GROUP BY language ORDER BY 2 DESC, 1""",
    "outlet": """SELECT p.outlet AS name, COUNT(*) AS places, COUNT(s.event_id) AS done FROM slot s
                 JOIN item i ON i.id = s.item_id JOIN page p ON p.id = i.page_id GROUP BY p.outlet ORDER BY 2 DESC, 1""",
}
# a suggestion pulls where it is followed: of the answers that it contradicted, how many were changed, and how many to it
_ANCHORING = """
    SELECT annotator,
           SUM(CASE WHEN kind = 'label' AND suggestion_timing = 'after' THEN 1 ELSE 0 END) AS shown,
           SUM(CASE WHEN kind = 'label' AND suggestion_timing = 'after' AND suggestion_stance <> stance
               THEN 1 ELSE 0 END) AS differed,
           SUM(CASE WHEN kind = 'relabel' AND suggestion_timing = 'before' THEN 1 ELSE 0 END) AS changed,
           SUM(CASE WHEN kind = 'relabel' AND suggestion_timing = 'before' AND stance = suggestion_stance
               THEN 1 ELSE 0 END) AS toward
    FROM event WHERE suggestion_stance IS NOT NULL GROUP BY annotator ORDER BY annotator
"""
_ANNOTATORS = """
    SELECT annotator, SUM(CASE WHEN kind = 'skip' THEN 0 ELSE 1 END) AS labels,
           SUM(CASE WHEN kind = 'skip' THEN 1 ELSE 0 END) AS skipped, MAX(at) AS last
    FROM standing GROUP BY annotator ORDER BY 2 DESC, 1
"""
_PULL = ("shown", "differed", "changed", "toward")


def overview(store: Store) -> dict[str, Any]:
    """Everything that ``status --json`` gives."""
    found: dict[str, Any] = {"target": store.target, **store.rows(_COUNTS)[0]}
    found["undecided"] = len(undecided(store))
    for name, query in _BY.items():
        found[name] = {row["name"]: row["labels"] for row in store.rows(query)}
    found["draws"] = [dict(row) for row in store.rows(_DRAWS)]
    found["places"] = {
        name: {row["name"]: {"done": row["done"], "places": row["places"]} for row in store.rows(query)}
        for name, query in _PLACES.items()
    }
    pulled = {row["annotator"]: {name: int(row[name]) for name in _PULL} for row in store.rows(_ANCHORING)}
    found["anchoring"] = {name: sum(one[name] for one in pulled.values()) for name in _PULL}
    none = dict.fromkeys(_PULL, 0)
    found["annotators"] = [
        {**row, "labels": int(row["labels"]), "skipped": int(row["skipped"]), **pulled.get(row["annotator"], none)}
        for row in store.rows(_ANNOTATORS)
    ]
    return found


def to_lines(found: dict[str, Any]) -> list[str]:
    """The overview in words."""
    lines = [
        f"{found['labels']} labels on {found['labelled']} of {found['comments']} comments, "
        f"{found['skipped']} passed over, {found['adjudicated']} adjudicated"
    ]
    lines += [
        f"by {name}: " + ", ".join(f"{key or 'unknown'} {count}" for key, count in found[name].items())
        for name in ("language", "outlet", "annotator")
        if found[name]
    ]
    lines += [
        f"draw {draw['number']} ({', '.join(filter(None, [draw['purpose'], draw['sampler']]))}): "
        f"{draw['done']} of {draw['places']} answers"
        for draw in found["draws"]
    ]
    if found["changed"]:
        lines.append(f"{found['changed']} labels do not count: the words of their comments have changed since")
    if found["undecided"]:
        lines.append(f"{found['undecided']} comments await a decision: `sentiment annotate adjudicate`")
    shown = found["anchoring"]
    if shown["shown"]:
        lines.append(
            f"the model was shown after {shown['shown']} answers, differed from {shown['differed']}; "
            f"{shown['changed']} were changed, {shown['toward']} of them to what it said"
        )
    return lines


_ESTIMATED = """
    SELECT g.stance, d.inclusion, i.page_id, i.language, p.outlet
    FROM gold g JOIN item_draw d ON d.item_id = g.item JOIN item i ON i.id = g.item JOIN page p ON p.id = i.page_id
    WHERE d.purpose = 'estimate'
"""
_Z = 1.96
LEAST_PAGES = 10
"""With fewer pages their spread says too little for an interval."""
HALF_WIDTH = 0.05
"""How narrow an interval is to be: this much to either side."""


def shares(store: Store) -> dict[str, Any]:
    """What the labels of estimate draws say so far: weighted shares with intervals, and how many more labels they need.

    A ratio estimate with weights 1 / inclusion; its variance is that of the pages' totals (comments of one thread are alike),
    linearised: Cochran, Sampling Techniques, 3rd ed., section 6. Beside the total, ``language`` and ``outlet`` give the same
    for each of them.
    """
    rows = store.rows(_ESTIMATED)
    found = _shares(rows)
    for name in ("language", "outlet"):
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            groups.setdefault(row[name], []).append(row)
        found[name] = {value: _shares(group) for value, group in sorted(groups.items())}
    return found


def _shares(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    weights = sum(1 / row["inclusion"] for row in rows)
    pages = {row["page_id"] for row in rows}
    found = []
    for name in STANCES:
        share = sum(1 / row["inclusion"] for row in rows if row["stance"] == name) / weights if rows else None
        part: dict[str, Any] = {"stance": name, "share": share, "low": None, "high": None, "needed": None}
        if share is not None and len(pages) >= LEAST_PAGES:
            residues = dict.fromkeys(pages, 0.0)
            for row in rows:
                residues[row["page_id"]] += ((row["stance"] == name) - share) / row["inclusion"]
            spread = len(pages) / (len(pages) - 1) * sum(value * value for value in residues.values())
            half = _Z * spread**0.5 / weights
            if half:
                part |= {"low": max(0.0, share - half), "high": min(1.0, share + half)}
                part["needed"] = max(0, math.ceil(len(rows) * (half / HALF_WIDTH) ** 2) - len(rows))
        found.append(part)
    needed = [part["needed"] for part in found if part["needed"] is not None]
    return {
        "comments": len(rows),
        "pages": len(pages),
        "stances": found,
        "needed": max(needed, default=None),
    }
