"""Labels that are likely wrong: confident learning over out-of-fold probabilities.

A label is suspect where a model that has not seen it gives another stance more than that stance's usual confidence:
Northcutt, Jiang and Chuang, "Confident Learning", JAIR 70 (2021), with their ranking by normalised margin. Forty lines, so
cleanlab is not a dependency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that the model doubts."""

    place: int
    """Its place in what was given."""
    given: int
    better: int
    """The class that the model puts instead."""
    margin: float
    """Probability of the better class less that of the given one, 0 to 1."""


def suspects(labels: Sequence[int], probabilities: NDArray[np.float64]) -> list[Suspect]:
    """Likely label errors, most likely first.

    Args:
        labels: the class of each example.
        probabilities: examples × classes, from a model that was not trained on the example.
    """
    given = np.asarray(labels)
    classes = probabilities.shape[1]
    # a class's threshold: how sure the model usually is where that class is the label; without examples, never reached
    usual = np.array([probabilities[given == c, c].mean() if (given == c).any() else np.inf for c in range(classes)])
    sure = np.where(probabilities >= usual, probabilities, -1.0)
    better = sure.argmax(axis=1)
    found = [
        Suspect(place, int(given[place]), int(better[place]), float(row[better[place]] - row[given[place]]))
        for place, row in enumerate(probabilities)
        if sure[place, better[place]] >= 0 and better[place] != given[place] and row[better[place]] > row[given[place]]
    ]
    return sorted(found, key=lambda one: (-one.margin, one.place))
