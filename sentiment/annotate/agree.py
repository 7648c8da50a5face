"""How well the annotators of a store agree: only first, blind answers count, and only on comments doubled at random."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sentiment.annotate.agreement import Coefficient, Unit, ac1, alpha, kappa, pairs, per_label, with_interval
from sentiment.annotate.store import Store
from sentiment.errors import AnnotationError
from sentiment.records import STANCES

DIMENSIONS = ("language", "outlet", "label", "codebook")

# Comments that a model chose are harder than others by choice, so only draws at random count; of the answers only those
# under one version of the codebook are compared.
_ANSWERS = """
    SELECT f.item, f.draw, f.annotator, f.stance, f.codebook, i.language, p.outlet
    FROM label_first f JOIN draw_item d ON d.draw_id = f.draw AND d.item_id = f.item
        JOIN draw w ON w.id = f.draw JOIN item i ON i.id = f.item JOIN page p ON p.id = i.page_id
    WHERE d.slots > 1 AND w.sampler = 'random' AND f.text_sha256 = i.text_sha256
    ORDER BY f.draw, f.item, f.codebook, f.annotator
"""


def agree(store: Store, by: tuple[str, ...] = (), *, draws: int = 1000) -> dict[str, Any]:
    """Agreement in all and per group.

    Args:
        store: where the answers lie.
        by: some of :data:`DIMENSIONS`.
        draws: resamples behind each interval.

    Raises:
        AnnotationError: there is no such dimension.
    """
    if unknown := [name for name in by if name not in DIMENSIONS]:
        raise AnnotationError(f"cannot tell agreement apart by {unknown[0]}; choose from {', '.join(DIMENSIONS)}")
    units: dict[tuple[str, str, str], dict[str, str]] = {}
    groups: dict[tuple[str, str], list[Unit]] = {}
    for row in store.rows(_ANSWERS):
        key = (row["draw"], row["item"], row["codebook"])
        if key not in units:
            units[key] = {}
            for name in by:
                if name != "label":
                    groups.setdefault((name, row[name] or "unknown"), []).append(units[key])
        units[key][row["annotator"]] = row["stance"]
    every: list[Unit] = list(units.values())
    found: dict[str, Any] = {"total": _measures(every, draws)}
    found["pairs"] = [{"annotators": [one, two], **_kappa(every, one, two, draws)} for one, two in pairs(every)]
    found["groups"] = [
        {"by": name, "is": value, **_measures(part, draws)} for (name, value), part in sorted(groups.items())
    ]
    if "label" in by:
        found["groups"] += [
            {"by": "label", "is": name, **_measures(per_label(every, name), draws, 2)} for name in STANCES
        ]
    return found


def to_lines(found: dict[str, Any]) -> list[str]:
    """Agreement in words."""
    if not found["total"]["alpha"]["n"]:
        return ["No comment has been labelled blind by two annotators yet: draw with --overlap 20%."]
    lines = [f"{found['total']['alpha']['n']} comments labelled blind by two or more, doubled at random"]
    rows = [("all", found["total"]), *((f"{part['by']} {part['is']}", part) for part in found["groups"])]
    width = max(len(name) for name, _ in rows)
    for name, part in rows:
        said = f"{name:<{width}}  Krippendorff's α {_said(part['alpha'])}   Gwet's AC1 {_said(part['ac1'])}"
        lines.append(f"{said}   same label {part['same']:.0%}" if part["same"] is not None else said)
    lines += [f"{' and '.join(pair['annotators'])}: Cohen's κ {_said(pair)} on {pair['n']}" for pair in found["pairs"]]
    return lines


def _kappa(units: list[Unit], one: str, two: str, draws: int) -> dict[str, Any]:
    both = [unit for unit in units if one in unit and two in unit]
    return _as_dict(with_interval(lambda part: kappa(part, one, two), both, draws=draws))


def _measures(units: list[Unit], draws: int, labels: int = len(STANCES)) -> dict[str, Any]:
    paired = [unit for unit in units if len(unit) > 1]
    same = sum(len(set(unit.values())) == 1 for unit in paired) / len(paired) if paired else None
    return {
        "alpha": _as_dict(with_interval(alpha, units, draws=draws)),
        "ac1": _as_dict(with_interval(lambda part: ac1(part, labels), units, draws=draws)),
        "same": same,
    }


def _as_dict(found: Coefficient) -> dict[str, Any]:
    return {name: value for name, value in asdict(found).items() if name != "why" or value}


def _said(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return str(found["why"])
    if found["low"] is None:
        return f"{found['value']:.2f}"
    return f"{found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f})"
