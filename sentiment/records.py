"""The records that travel between the stages: frozen, typed, without behaviour of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

StanceName = Literal["favor", "against", "neutral", "unrelated"]

STANCES: tuple[StanceName, ...] = get_args(StanceName)
"""The four stances in the order of every table and every array axis."""

UNKNOWN_OUTLET = "unknown"
"""The outlet of a page on which nothing names one. An outlet is never guessed."""

UNKNOWN_LANGUAGE = "und"
"""ISO 639 code for a text whose language cannot be known."""


@dataclass(frozen=True, slots=True)
class Document:
    """One saved page as text, before anything is known about what is in it."""

    source: str
    """Where it came from: a path, or a path and the member inside an archive."""
    content: str
    url: str | None = None
    media_type: str | None = None
    """``text/html`` or ``text/plain`` where the source says so; None leaves it to the content."""
    outlet: str | None = None
    """Named by a manifest or an export; None leaves it to the page's own evidence."""
    saved: datetime | None = None
    """When the page was saved, if the source knows: relative dates are counted from here."""
    notes: tuple[str, ...] = ()
    """What was done to the bytes that the reader of the page should know: garbled lines that were mended."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was given but cannot be used; counted in what the user sees."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date that the page shows for its article, and where."""

    where: str
    """``url``, ``metadata``, ``time element``, ``byline``, ``first line`` ..."""
    value: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a page was read: what ``parse --explain`` tells."""

    rule: str
    """The comment system or the text form that was recognised; ``none`` where there are no comments."""
    confidence: float
    """0 to 1; below 0.5 a boundary between body and comments was guessed."""
    declared_comments: int | None = None
    """The number of comments that the page itself states, to compare with those in the file."""
    published_from: str | None = None
    """Which of ``dates`` was taken for the article's date."""
    dates: tuple[FoundDate, ...] = ()
    boilerplate: tuple[str, ...] = ()
    """Lines that are neither body nor comment, in page order."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """One reader's own words."""

    id: str
    """Stable over runs and machines: a hash of the page, the author and the words."""
    page_id: str
    position: int
    """1-based place on the page."""
    text: str
    parent_id: str | None = None
    depth: int = 0
    """0 for a comment on the article, 1 for an answer to such a one, and so on."""
    author: str | None = None
    """Display name."""
    author_url: str | None = None
    date: datetime | None = None
    """With a time zone only where the page states one."""
    quote: str = ""
    """What the comment quotes: not its writer's words, so never part of ``text``."""
    score: int | None = None
    language: str = UNKNOWN_LANGUAGE


@dataclass(frozen=True, slots=True)
class Page:
    """One article with its reader comments. In a forum thread the opening post is the article."""

    id: str
    source: str
    body: str
    comments: tuple[Comment, ...]
    url: str | None = None
    outlet: str = UNKNOWN_OUTLET
    language: str = UNKNOWN_LANGUAGE
    title: str | None = None
    author: str | None = None
    published: date | None = None
    evidence: Evidence = field(default_factory=lambda: Evidence(rule="none", confidence=0.0))


@dataclass(frozen=True, slots=True)
class Stance:
    """Where a comment stands toward the target, and who says so.

    ``name`` is None where nobody may say: no model for the language, and no label. ``probabilities`` are the model's,
    calibrated, in the order of :data:`STANCES`; they stay beside a human's stance, which wins over them. A language model gives a
    verdict and no probabilities; an entailment model's are not calibrated.
    """

    name: str | None
    probabilities: tuple[float, float, float, float] | None = None
    source: Literal["model", "human", "none"] = "model"
    reasons: tuple[str, ...] = ()
    """The words and cues that carried the decision, strongest first; or why there is none."""
    annotator: str | None = None
    model: str | None = None
    inclusion: float | None = None
    """For a human's stance on a comment that was drawn at random: the probability of that; else None."""

    @property
    def confidence(self) -> float | None:
        """Probability of the named stance, 0 to 1; None where a human named it."""
        return max(self.probabilities) if self.probabilities and self.source == "model" else None


@dataclass(frozen=True, slots=True)
class Why:
    """What carried a model's decision on a comment, for people to look at."""

    parts: tuple[tuple[str, float], ...]
    """The comment in pieces, each with its weight by that of the heaviest: above 0 for the stance, below against, 0 neither."""
    concepts: tuple[str, ...] = ()
    """What it heard beyond single words, strongest first."""


@dataclass(frozen=True, slots=True)
class Label:
    """A human's stance for a comment."""

    comment_id: str
    stance: StanceName
    annotator: str
    at: datetime
    codebook: str
    """Version of the codebook that was followed."""
    page_id: str = ""
    language: str = UNKNOWN_LANGUAGE
    text: str = ""
    """The words that were labelled, so that a later change of the page is noticed."""
    flags: tuple[str, ...] = ()
    note: str = ""
    purpose: str = ""
    """Why the comment was drawn: ``estimate``, ``train``, ``audit``, or empty where nobody drew it."""
    inclusion: float | None = None
    """Probability, in (0, 1], with which the draw took this comment; None where it was not drawn at random."""
    stratum: str = ""
    """The part of the draw that it came from, such as ``hdblog.it it``."""

    @property
    def scope(self) -> str:
        """Which comments the draw was held to beyond outlets and languages, in words: of those alone it is a sample."""
        _, marked, tail = self.stratum.rpartition("[only ")
        return tail.removesuffix("]") if marked and tail.endswith("]") else ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of comments with its 95 % interval and how many comments it was counted over.

    ``low`` and ``high`` are None where no honest interval can be given; ``share`` is None for no comments.
    """

    n: int
    """Comments with this stance (for a net stance: comments in the group)."""
    share: float | None
    low: float | None = None
    high: float | None = None
