"""Which comments count: one set of filters for reports, exports and draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sentiment.errors import InputError
from sentiment.records import Comment, Page, Stance
from sentiment.report.duplicates import Duplicates

DUPLICATES = ("count", "mark", "once")

Themes = Callable[[str, str], Mapping[str, bool]]
Kept = tuple[Page, tuple[Stance, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which comments count; empty means all."""

    outlets: Sequence[str] = ()
    languages: Sequence[str] = ()
    since: date | None = None
    """First day; where days are asked for, a comment without a date goes by its page's, and falls away without one."""
    until: date | None = None
    """Last day, itself included."""
    min_confidence: float = 0.0
    """Least probability of the model's own first choice, whoever labelled the comment later: what people labelled must
    not be let in by another door, or the sample would no longer be one."""
    reasons: Sequence[str] = ()
    """Themes of which a comment must name one."""
    top_level_only: bool = False
    duplicates: str = "count"
    """``count``: every copy counts. ``mark``: it counts and is marked in an export. ``once``: only the first counts."""

    def __post_init__(self) -> None:
        if self.duplicates not in DUPLICATES:
            raise InputError(f"cannot treat duplicates as {self.duplicates!r}; choose from {', '.join(DUPLICATES)}")
        if not 0 <= self.min_confidence <= 1:
            raise InputError(f"--min-confidence is {self.min_confidence}; it must be from 0 to 1")
        if self.since and self.until and self.since > self.until:
            raise InputError(f"--since {self.since} is after --until {self.until}: no comment can be in between")

    @property
    def scope(self) -> str:
        """What is asked of comments beyond outlet and language, in words; empty where nothing is.

        Labels that were drawn among some comments only are a sample of those, and of no others.
        """
        parts = [
            f"since {self.since}" if self.since else "",
            f"until {self.until}" if self.until else "",
            f"confidence {self.min_confidence:g}" if self.min_confidence else "",
            f"reason {' or '.join(sorted(set(self.reasons)))}" if self.reasons else "",
            "top level" if self.top_level_only else "",
            "copies once" if self.duplicates == "once" else "",
        ]
        return ", ".join(filter(None, parts))

    @property
    def dated(self) -> bool:
        """Whether days are asked for."""
        return self.since is not None or self.until is not None

    def keeper(self, themes: Themes | None = None) -> Callable[[Page, Sequence[Stance]], Kept | None]:
        """A function that gives a page with the comments that pass, or None for a page of another outlet.

        Raises:
            InputError: a reason is asked for and the target has none.
        """
        if self.reasons and themes is None:
            raise InputError("the target has no reasons to filter by; see [reasons] in its file")
        duplicates = Duplicates() if self.duplicates == "once" else None
        outlets = {name.casefold() for name in self.outlets}

        def keep(page: Page, stances: Sequence[Stance]) -> Kept | None:
            if outlets and page.outlet.casefold() not in outlets:
                return None
            pairs = [
                (comment, stance)
                for comment, stance in zip(page.comments, stances, strict=True)
                if self._passes(page, comment, stance, themes)
                and (duplicates is None or duplicates.first_of(comment.id, comment.text) is None)
            ]
            if len(pairs) == len(page.comments):
                return page, tuple(stances)
            if not pairs and self.languages and page.language not in self.languages:
                return None
            return replace(page, comments=tuple(c for c, _ in pairs)), tuple(s for _, s in pairs)

        return keep

    def _passes(self, page: Page, comment: Comment, stance: Stance, themes: Themes | None) -> bool:
        if self.languages and comment.language not in self.languages:
            return False
        if self.top_level_only and (comment.depth or comment.parent_id):
            return False
        if self.dated and not self._in_time(comment.date.date() if comment.date else page.published):
            return False
        if self.min_confidence and max(stance.probabilities or (0.0,)) < self.min_confidence:
            return False
        return not self.reasons or bool(themes and set(self.reasons) & set(themes(comment.text, comment.language)))

    def _in_time(self, day: date | None) -> bool:
        return day is not None and (self.since or date.min) <= day <= (self.until or date.max)
