"""How far the work is: for ``annotate status`` and for the lead's page."""

from __future__ import annotations

import math
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
_ANCHORING = """
    SELECT COUNT(*) AS shown,
           COALESCE(SUM(CASE WHEN suggestion_stance <> stance THEN 1 ELSE 0 END), 0) AS differed,
           (SELECT COUNT(*) FROM event WHERE kind = 'relabel' AND suggestion_timing = 'before') AS changed,
           (SELECT COUNT(*) FROM event WHERE kind = 'relabel' AND suggestion_timing = 'before'
            AND stance = suggestion_stance) AS toward
    FROM event WHERE kind = 'label' AND suggestion_timing = 'after'
"""


def overview(store: Store) -> dict[str, Any]:
    """Everything that ``status --json`` gives."""
    found: dict[str, Any] = {"target": store.target, **store.rows(_COUNTS)[0]}
    found["undecided"] = len(undecided(store))
    for name, query in _BY.items():
        found[name] = {row["name"]: row["labels"] for row in store.rows(query)}
    found["draws"] = [dict(row) for row in store.rows(_DRAWS)]
    found["anchoring"] = dict(store.rows(_ANCHORING)[0])
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
    SELECT g.stance, d.inclusion, i.page_id FROM gold g JOIN item_draw d ON d.item_id = g.item JOIN item i ON i.id = g.item
    WHERE d.purpose = 'estimate'
"""
_Z = 1.96
HALF_WIDTH = 0.05
"""How narrow an interval is to be: this much to either side."""


def shares(store: Store) -> dict[str, Any]:
    """What the labels of estimate draws say so far: weighted shares with intervals, and how many more labels they need.

    A ratio estimate with weights 1 / inclusion; its variance is that of the pages' totals (comments of one thread are alike),
    linearised: Cochran, Sampling Techniques, 3rd ed., section 6.
    """
    rows = store.rows(_ESTIMATED)
    weights = sum(1 / row["inclusion"] for row in rows)
    pages = {row["page_id"] for row in rows}
    found = []
    for name in STANCES:
        share = sum(1 / row["inclusion"] for row in rows if row["stance"] == name) / weights if rows else None
        part: dict[str, Any] = {"stance": name, "share": share, "low": None, "high": None, "needed": None}
        if share is not None and len(pages) > 1:
            residues = dict.fromkeys(pages, 0.0)
            for row in rows:
                residues[row["page_id"]] += ((row["stance"] == name) - share) / row["inclusion"]
            spread = len(pages) / (len(pages) - 1) * sum(value * value for value in residues.values())
            half = _Z * spread**0.5 / weights
            if half:
                part |= {"low": max(0.0, share - half), "high": min(1.0, share + half)}
                part["needed"] = max(0, math.ceil(len(rows) * (half / HALF_WIDTH) ** 2) - len(rows))
        found.append(part)
    return {"comments": len(rows), "pages": len(pages), "stances": found}
