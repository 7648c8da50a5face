"""What can happen to a comment, as a record: every decision, and every change of mind, is one event that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sentiment.errors import AnnotationError
from sentiment.records import STANCES

Kind = Literal["label", "skip", "flag", "note", "undo", "relabel", "adjudicate", "import"]
Timing = Literal["none", "after", "before"]
"""When a model's suggestion was on screen: never, only after this answer, or before it."""

KINDS: tuple[Kind, ...] = get_args(Kind)
STANCE_KINDS = ("label", "relabel", "import", "adjudicate")
"""The kinds that name a stance."""
FLAGS = ("forecast", "implicit", "irony", "unsure")
SKIP_REASONS = ("cannot decide", "language", "broken text")
ADJUDICATION_REASONS = (
    "missed irony",
    "wrong target",
    "quote not own view",
    "needs context",
    "mixed",
    "translation",
    "slip",
    "codebook changed",
)
CHANGE_REASONS = ("slip", "the model saw what I missed", "codebook changed", "second thoughts")
"""Why an annotator changes an answer that stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the history."""

    kind: Kind
    item: str
    annotator: str
    id: str = ""
    """ULID, given by the store; greater than that of every earlier event."""
    client: str | None = None
    """ULID given by the browser: the same one twice is one event."""
    stance: str | None = None
    flags: str = ""
    reason: str = ""
    note: str = ""
    codebook: str = ""
    draw: str | None = None
    supersedes: str | None = None
    """The event that an undo takes back, or that a flag or a note belongs to."""
    text_sha256: str = ""
    context: str = ""
    """What was on screen beside the comment: ``title parent quote article thread``."""
    suggestion_model: str | None = None
    suggestion_stance: str | None = None
    suggestion_timing: Timing = "none"
    ms: int | None = None
    """Milliseconds from the comment's appearance to the answer."""
    origin: str = ""
    """``terminal``, ``web``, or the file format an import came from."""
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, without those that are empty."""
        found = {name: getattr(self, name) for name in FIELDS}
        return {name: value for name, value in found.items() if value not in (None, "")}


FIELDS = tuple(item.name for item in fields(Event))


def from_dict(cells: Mapping[str, Any]) -> Event:
    """An event from its fields, checked.

    Raises:
        AnnotationError: a kind or a stance that does not exist, or something needed is missing.
    """
    for name in ("kind", "item", "annotator"):
        if not isinstance(cells.get(name), str) or not cells[name]:
            raise AnnotationError(f"an event lacks {name!r}: {dict(cells)!r:.200}")
    event = Event(**{name: cells[name] for name in FIELDS if cells.get(name) is not None})
    check(event)
    return event


def check(event: Event) -> None:
    """Refuse an event that means nothing.

    Raises:
        AnnotationError: says what was found and what would be right.
    """
    for name in FIELDS:
        value, wanted = getattr(event, name), int if name == "ms" else str
        if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise AnnotationError(
                f"{name!r} of an event must be {'a number' if name == 'ms' else 'a text'}, found {value!r:.60}"
            )
    if event.kind not in KINDS:
        raise AnnotationError(f"unknown kind of event {event.kind!r}; it must be one of {', '.join(KINDS)}")
    if event.kind in STANCE_KINDS and event.stance not in STANCES:
        raise AnnotationError(
            f"comment {event.item} has the stance {event.stance!r}; it must be one of {', '.join(STANCES)}"
        )
    if event.kind not in STANCE_KINDS and event.stance is not None:
        raise AnnotationError(f"an event of kind {event.kind!r} names no stance, this one names {event.stance!r}")
    if unknown := [flag for flag in event.flags.split() if flag not in FLAGS]:
        raise AnnotationError(f"unknown flag {unknown[0]!r}; there are {', '.join(FLAGS)}")
    if event.suggestion_timing not in get_args(Timing):
        raise AnnotationError(f"a suggestion is shown {', '.join(get_args(Timing))}, not {event.suggestion_timing!r}")
    if event.kind == "adjudicate" and event.reason not in ADJUDICATION_REASONS:
        raise AnnotationError(
            f"an adjudication needs a reason, one of {', '.join(ADJUDICATION_REASONS)}; found {event.reason!r}"
        )
    if event.kind in ("undo", "flag", "note") and not event.supersedes:
        raise AnnotationError(f"an event of kind {event.kind!r} must name the event it belongs to")
    try:
        when = datetime.fromisoformat(event.at)
    except (ValueError, TypeError) as error:
        raise AnnotationError(f"{event.at!r} is not an ISO 8601 time") from error
    if when.tzinfo is None:
        raise AnnotationError(f"the time {event.at!r} has no time zone; write it as {event.at}+00:00")
