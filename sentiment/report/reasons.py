"""Why readers favor or oppose: how often each theme comes up, per group and stance.

A theme is a set of cues per language in the target's file. That a negator reaches a cue (*not cheap*) does not make the
theme go away, it is still what the comment is about; it is counted beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sentiment.records import STANCES
from sentiment.report.result import Group, ReasonCount

Name = tuple[str | None, str | None]


@dataclass(slots=True)
class _Count:
    comments: int = 0
    denied: int = 0
    by_stance: list[int] = field(default_factory=lambda: [0] * len(STANCES))


class ReasonTally:
    """Counts themes as comments pass."""

    def __init__(self) -> None:
        self._counts: dict[Name, dict[str, _Count]] = {}

    def add(self, name: Name, stance: str, named: Mapping[str, bool]) -> None:
        """Count a comment's themes for its group and for all."""
        place = STANCES.index(stance)
        for group in {name, (None, None)}:
            counts = self._counts.setdefault(group, {})
            for reason, denied in named.items():
                count = counts.setdefault(reason, _Count())
                count.comments += 1
                count.denied += denied
                count.by_stance[place] += 1

    def counts(self, groups: Mapping[Name, Group], total: Group, titles: Mapping[str, str]) -> tuple[ReasonCount, ...]:
        """Themes of all comments first, then of each group, the most frequent first."""
        found: list[ReasonCount] = []
        for name, group in {(None, None): total, **groups}.items():
            tagged = max(1, group.comments - group.untagged)
            counts = self._counts.get(name, {})
            for reason, count in sorted(counts.items(), key=lambda item: (-item[1].comments, item[0])):
                found.append(
                    ReasonCount(
                        *name,
                        reason=reason,
                        title=titles.get(reason, reason),
                        comments=count.comments,
                        denied=count.denied,
                        share=count.comments / tagged,
                        by_stance=dict(zip(STANCES, count.by_stance, strict=True)),
                    )
                )
        return tuple(found)
