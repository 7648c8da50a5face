"""Does one group differ from another? Net stance and every share, with an interval, Holm's p and a plain sentence.

Groups without an interval of their own are shown, not compared; so is a group of a single thread, whose mood would be
taken for its outlet's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sentiment.records import STANCES
from sentiment.report.estimate import Estimated
from sentiment.report.interval import quantile, two_sided
from sentiment.report.result import FEW, Comparison
from sentiment.report.wording import percent, signed

LARGEST = 20
"""Groups per language that are compared pair by pair; with more, the largest. 20 give 190 pairs, and Holm's correction
already asks the closest of them for p under 0.0003."""

LEVEL = 0.05

MEASURES = ("net", *STANCES)
"""What is compared of each pair."""

NET_WEIGHT = 0.5
"""Part of the error rate that net may use up; the four shares have the rest in equal parts. Net is what is asked first, and
with weights the many shares do not drown it: of two outlets, net needs p under 0.025 and not under 0.01."""

_WORDS = {"favor": "in favour", "against": "against it", "neutral": "neutral", "unrelated": "about something else"}


@dataclass(frozen=True, slots=True)
class _Pair:
    kind: str
    within: str
    measure: str
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
    weights = [NET_WEIGHT if pair.measure == "net" else (1 - NET_WEIGHT) / len(STANCES) for pair in pairs]
    adjusted = holm([pair.p for pair in pairs], weights)
    made = [_comparison(pair, p) for pair, p in zip(pairs, adjusted, strict=True)]
    return tuple(made), _few_sentences(left_out)


def holm(p: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """P values adjusted for their number, in the given order.

    Args:
        p: the raw values.
        weights: how much of the error rate each may use up; None: all the same.

    Source: Holm (1979), Scandinavian Journal of Statistics 6:65, section 4 for the weights. Valid however the comparisons
    hang together.
    """
    weights = [1.0] * len(p) if weights is None else weights
    order = sorted(range(len(p)), key=lambda i: p[i] / weights[i])
    out, highest, left = [1.0] * len(p), 0.0, sum(weights)
    for i in order:
        highest = max(highest, min(1.0, p[i] / weights[i] * left))
        out[i] = highest
        left -= weights[i]
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
    return [
        _pair((kind, within, measure), ready[a], ready[b], (a, b))
        for a, b in combinations(names, 2)
        for measure in MEASURES
    ]


def _why_not(estimated: Estimated) -> str | None:
    group = estimated.group
    if group.comments - group.untagged < FEW:
        return f"under {FEW} comments"
    if estimated.variances is None:
        return f"under {FEW} random labels"
    if estimated.parts is not None and len(estimated.parts) < 2:
        return "one thread"
    return None


def _pair(what: tuple[str, str, str], first: Estimated, second: Estimated, names: tuple[str, str]) -> _Pair:
    """The difference with its standard error.

    The variances add up, less twice the covariance of threads that have comments in both groups. Degrees of freedom:
    Welch (1947), Biometrika 34:28.
    """
    at = len(STANCES) if what[2] == "net" else STANCES.index(what[2])
    a, b = (one.variances[at] if one.variances else 0.0 for one in (first, second))
    both = 0.0
    if first.parts and second.parts:
        shared = first.parts.keys() & second.parts.keys()
        both = sum(first.parts[t][at] * second.parts[t][at] for t in shared)
    total = max(a + b - 2 * both, 0.25 * (a + b))
    degrees = (a + b) ** 2 / (a * a / first.degrees + b * b / second.degrees) if a + b else 1.0
    difference = _share(first, what[2]) - _share(second, what[2])
    return _Pair(*what, first, second, names, difference, math.sqrt(total), degrees)


def _share(one: Estimated, measure: str) -> float:
    return (one.group.net if measure == "net" else one.group.shares[measure]).share or 0.0


def _comparison(pair: _Pair, p: float) -> Comparison:
    half = quantile(pair.degrees) * pair.error
    low, high = pair.difference - half, pair.difference + half
    different = p < LEVEL and (low > 0 or high < 0)
    most = 2.0 if pair.measure == "net" else 1.0
    return Comparison(
        pair.kind,
        pair.within,
        *pair.names,
        difference=pair.difference,
        low=max(-most, low),
        high=min(most, high),
        p=p,
        different=different,
        sentence=_sentence(
            pair, f"{signed(pair.difference)} points ({signed(low)} to {signed(high)}), p {_p(p)}.", different
        ),
        measure=pair.measure,
    )


def _sentence(pair: _Pair, numbers: str, different: bool) -> str:
    a, b = pair.names
    where = f" in {pair.within}" if pair.within else ""
    more = "more" if pair.difference > 0 else "less"
    if pair.measure == "net":
        if different:
            return f"Comments {_at(pair.kind, a)} are {more} in favour than those {_at(pair.kind, b)}{where}: net {numbers}"
        return f"No difference can be shown between {a} and {b}{where}: net {numbers}"
    words = _WORDS[pair.measure]
    if different:
        both = f"{percent(_share(pair.first, pair.measure))} % and {percent(_share(pair.second, pair.measure))} %"
        return f"Comments {_at(pair.kind, a)} are {more} often {words} than those {_at(pair.kind, b)}{where}: {both}, {numbers}"
    return f"No difference can be shown in how often comments are {words} between {a} and {b}{where}: {numbers}"


def _at(kind: str, name: str) -> str:
    return f"on {name}" if kind == "outlets" else f"in {name}" if kind == "languages" else name


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _few_sentences(left_out: Sequence[str], most: int = 5) -> list[str]:
    if not left_out:
        return []
    more = f" and {len(left_out) - most} more" if len(left_out) > most else ""
    return [f"Shown, not compared: {', '.join(left_out[:most])}{more}."]
