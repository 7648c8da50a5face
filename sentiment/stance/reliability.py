"""Is what is said with 70 % right in 70 of 100 cases: as lines for a terminal, and as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sentiment.errors import InputError
from sentiment.outputs import whole_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES = (".svg", ".png", ".pdf")
_WIDTH = 40
"""Signs from nothing to all."""
_PANELS = 12
"""Languages that get a panel; with more, those with most rows."""
_SIDE = 2.7
"""Inches of a panel."""


def track(bins: Sequence[dict[str, float]]) -> list[str]:
    """A line per bin: ``|`` where right answers would be if what is said held, ``o`` where they are."""
    lines = ["calibration: said  right      n  0 %" + "100 %".rjust(_WIDTH - 2)]
    for row in bins:
        signs = ["·"] * (_WIDTH + 1)
        signs[round(row["confidence"] * _WIDTH)] = "|"
        signs[round(row["accuracy"] * _WIDTH)] = "o"
        lines.append(f"{'':<12}{row['confidence']:>5.2f}  {row['accuracy']:>5.2f} {row['n']:>6}  {''.join(signs)}")
    return [*lines, f"{'':<33}| what was said, o what was right; one sign where they meet"]


def check_picture(path: Path) -> None:
    """Refuse a name that no picture can have, before anything is measured.

    Raises:
        InputError: Its ending is none of :data:`PICTURES`, or its folder is not there.
    """
    if path.suffix.lower() not in PICTURES:
        raise InputError(f"cannot draw {path.name!r}: a picture ends in {', '.join(PICTURES)}")
    if not path.parent.is_dir():
        raise InputError(f"the folder {path.parent} is not there")


def draw(found: dict[str, Any], path: Path) -> None:
    """Write a reliability plot of an evaluation: a panel for all rows, and one per language where there are several.

    Args:
        found: What ``evaluate`` gives.
        path: Its ending names the form; see :data:`PICTURES`.

    Raises:
        InputError: There are no probabilities, or the place cannot be written.
    """
    check_picture(path)
    panels = _panels(found)
    if not panels:
        raise InputError("nothing to draw: a verdict without probabilities has no calibration")
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    columns = min(3, len(panels))
    lines = math.ceil(len(panels) / columns)
    with rc_context({"svg.hashsalt": "reliability", "font.size": 8}):
        figure = Figure(figsize=(_SIDE * columns, _SIDE * lines + 0.5), layout="constrained")
        figure.suptitle(found["how"], fontsize=8)
        for place, (name, row) in enumerate(panels, 1):
            _panel(figure.add_subplot(lines, columns, place, aspect="equal"), name, row)
        figure.supxlabel("probability that was said (mean of a tenth of the rows)", fontsize=8)
        figure.supylabel("share that was right", fontsize=8)
        kind = path.suffix.lower().removeprefix(".")
        with whole_file(path, binary=True) as file:
            # without a date the same figures give the same file
            figure.savefig(file, format=kind, dpi=150, metadata=None if kind == "png" else _undated(kind))


def _undated(kind: str) -> dict[str, None]:
    return {"Date" if kind == "svg" else "CreationDate": None}


def _panels(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    languages = sorted(found["languages"].items(), key=lambda pair: -pair[1]["n"])[:_PANELS]
    some = [("all", found["all"]), *(languages if len(languages) > 1 else ())]
    return [(name or "unknown", row) for name, row in some if row.get("reliability")]


def _panel(axes: Axes, name: str, row: dict[str, Any]) -> None:
    said = [one["confidence"] for one in row["reliability"]]
    right = [one["accuracy"] for one in row["reliability"]]
    axes.plot([0, 1], [0, 1], color="#888888", linestyle="--", linewidth=1)
    axes.plot(said, right, color="#0072b2", marker="o", markersize=4, linewidth=1.2)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), title=f"{name}: n {row['n']}, ECE {row['ece']:.3f}")
    axes.grid(color="#dddddd", linewidth=0.5)
