"""Does one group differ from another? Net stance against net stance, with an interval, Holm's p and a plain sentence.

Groups without an interval of their own are shown, not compared; so is a group of a single thread, whose mood would be
taken for its outlet's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sentiment.report.estimate import Estimated
from sentiment.report.interval import quantile, two_sided
from sentiment.report.result import FEW, Comparison
from sentiment.report.wording import signed

LARGEST = 20
"""Groups per language that are compared pair by pair; with more, the largest. 20 give 190 pairs, and Holm's correction
already asks the closest of them for p under 0.0003."""

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class _Pair:
    kind: str
    within: str
    first: Estimated
    second: Estimated
    names: tuple[str, str]
    difference: float
    error: float
    degrees: float

    @property
    def p(self) -> float:
        if self.error <= 0:
            return 0.0 if self.difference else 1.0
        return two_sided(self.difference / self.error, self.degrees)


def compare_all(
    outlets: Mapping[tuple[str, ...], Estimated],
    languages: Mapping[tuple[str, ...], Estimated],
    sides: Mapping[tuple[str, ...], Estimated],
) -> tuple[tuple[Comparison, ...], list[str]]:
    """Outlet against outlet within a language, language against language, before against after.

    Args:
        outlets: by language and outlet.
        languages: by language.
        sides: by side of the day that splits them, the earlier first by name.

    Returns:
        The comparisons, and a sentence for each group that was left out.
    """
    pairs: list[_Pair] = []
    left_out: list[str] = []
    by_language: dict[str, dict[str, Estimated]] = {}
    for (language, outlet), found in outlets.items():
        by_language.setdefault(language, {})[outlet] = found
    for language, found_there in sorted(by_language.items()):
        if len(found_there) > 1:
            pairs += _pairs("outlets", language, found_there, left_out)
    if len(languages) > 1:
        pairs += _pairs("languages", "", {key[0]: found for key, found in languages.items()}, left_out)
    if len(sides) > 1:
        pairs += _pairs("dates", "", {key[0]: sides[key] for key in sorted(sides)}, left_out)
    adjusted = holm([pair.p for pair in pairs])
    made = [_comparison(pair, p) for pair, p in zip(pairs, adjusted, strict=True)]
    return tuple(made), _few_sentences(left_out)


def holm(p: Sequence[float]) -> list[float]:
    """P values adjusted for their number, in the given order.

    Source: Holm (1979), Scandinavian Journal of Statistics 6:65. Valid however the comparisons hang together.
    """
    order = sorted(range(len(p)), key=p.__getitem__)
    out, highest = [1.0] * len(p), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, p[i] * (len(p) - rank)))
        out[i] = highest
    return out


def _pairs(kind: str, within: str, found: Mapping[str, Estimated], left_out: list[str]) -> list[_Pair]:
    ready: dict[str, Estimated] = {}
    for name, estimated in found.items():
        why = _why_not(estimated)
        label = f"{name} {within}".strip()
        if why is None:
            ready[name] = estimated
        elif estimated.group.comments >= FEW:  # the smaller ones are named with the small groups
            left_out.append(f"{label} ({why})")
    names = sorted(ready, key=lambda name: (-ready[name].group.comments, name)) if kind != "dates" else list(ready)
    if len(names) > LARGEST:
        left_out += [f"{name} {within}".strip() + " (not among the largest)" for name in names[LARGEST:]]
        names = names[:LARGEST]
    return [_pair(kind, within, ready[a], ready[b], (a, b)) for a, b in combinations(names, 2)]


def _why_not(estimated: Estimated) -> str | None:
    group = estimated.group
    if group.comments - group.untagged < FEW:
        return f"under {FEW} comments"
    if estimated.variance is None:
        return f"under {FEW} random labels"
    if estimated.parts is not None and len(estimated.parts) < 2:
        return "one thread"
    return None


def _pair(kind: str, within: str, first: Estimated, second: Estimated, names: tuple[str, str]) -> _Pair:
    """The difference with its standard error.

    The variances add up, less twice the covariance of threads that have comments in both groups. Degrees of freedom:
    Welch (1947), Biometrika 34:28.
    """
    a, b = first.variance or 0.0, second.variance or 0.0
    both = 0.0
    if first.parts and second.parts:
        shared = first.parts.keys() & second.parts.keys()
        both = sum(first.parts[t] * second.parts[t] for t in shared)
    total = max(a + b - 2 * both, 0.25 * (a + b))
    degrees = (a + b) ** 2 / (a * a / first.degrees + b * b / second.degrees) if a + b else 1.0
    difference = (first.group.net.share or 0.0) - (second.group.net.share or 0.0)
    return _Pair(kind, within, first, second, names, difference, math.sqrt(total), degrees)


def _comparison(pair: _Pair, p: float) -> Comparison:
    half = quantile(pair.degrees) * pair.error
    low, high = pair.difference - half, pair.difference + half
    different = p < LEVEL and (low > 0 or high < 0)
    a, b = pair.names
    where = f" in {pair.within}" if pair.within else ""
    span = f"{signed(low)} to {signed(high)}"
    if different:
        more = "more" if pair.difference > 0 else "less"
        sentence = (
            f"Comments {_at(pair.kind, a)} are {more} in favour than those {_at(pair.kind, b)}{where}: net "
            f"{signed(pair.difference)} points ({span}), p {_p(p)}."
        )
    else:
        sentence = f"No difference can be shown between {a} and {b}{where}: net {signed(pair.difference)} points ({span}), p {_p(p)}."
    return Comparison(
        pair.kind, pair.within, a, b, pair.difference, max(-2.0, low), min(2.0, high), p, different, sentence
    )


def _at(kind: str, name: str) -> str:
    return f"on {name}" if kind == "outlets" else f"in {name}" if kind == "languages" else name


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _few_sentences(left_out: Sequence[str], most: int = 5) -> list[str]:
    if not left_out:
        return []
    more = f" and {len(left_out) - most} more" if len(left_out) > most else ""
    return [f"Shown, not compared: {', '.join(left_out[:most])}{more}."]
