"""One annotator at work: what comes next, what a decision writes. No screen and no keyboard here.

The terminal and the web page stand on this, so that both mean the same by a label.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sentiment.annotate.events import CHANGE_REASONS, Event
from sentiment.annotate.leases import Queue
from sentiment.annotate.store import Recorded, Store
from sentiment.errors import AnnotationError
from sentiment.records import STANCES, StanceName, Why

CONTEXT_LINES = 12
"""Lines of the article that are shown as context."""


@dataclass(frozen=True, slots=True)
class Task:
    """A comment with what is needed to understand it."""

    item: str
    text: str
    language: str
    outlet: str
    title: str
    url: str
    article: str
    quote: str
    parent: str
    text_sha256: str
    draw: str | None = None
    draw_number: int | None = None
    purpose: str = ""
    standing: str | None = None
    """The annotator's own label, where a comment is shown again."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a model says about a comment; shown only after the answer, and only where it trains."""

    stance: StanceName
    probability: float
    model: str


Explain = Callable[[Task, Suggestion], Why | None]
"""Says what carried a suggestion; None where that cannot be known."""


_TASK = """
    SELECT i.id AS item, i.text, i.language, i.quote, i.text_sha256, p.outlet, p.title, p.url, p.body AS article,
           COALESCE((SELECT q.text FROM item q WHERE q.id = i.parent_id), '') AS parent,
           d.id AS draw, d.number AS draw_number, COALESCE(d.purpose, '') AS purpose,
           (SELECT s.stance FROM standing s WHERE s.item = i.id AND s.annotator = :annotator) AS standing
    FROM item i JOIN page p ON p.id = i.page_id LEFT JOIN draw d ON d.id = :draw
    WHERE i.id = :item
"""
_SUGGESTION = """
    SELECT model, p_favor, p_against, p_neutral, p_unrelated FROM prediction WHERE item_id = :item
    ORDER BY at DESC, model DESC LIMIT 1
"""


class Session:
    """What one annotator does.

    Args:
        store: where it is kept.
        annotator: who decides.
        codebook: version of the codebook that is followed.
        origin: ``terminal`` or ``web``.
        draws: only these; None takes all.
        languages: only these; empty takes all.
        explain: says why a model suggests what it does.
    """

    def __init__(
        self,
        store: Store,
        annotator: str,
        *,
        codebook: str,
        origin: str,
        draws: Sequence[str] | None = None,
        languages: Sequence[str] = (),
        explain: Explain = lambda _task, _suggestion: None,
    ) -> None:
        self._explain = explain
        self.store, self.annotator, self._codebook, self._origin = store, annotator, codebook, origin
        self.queue = Queue(store, annotator, draws=draws, languages=languages)

    def follow(self, codebook: str) -> None:
        """Decide by this version of the codebook from now on: another was published meanwhile."""
        self._codebook = codebook

    def next(self, count: int = 1) -> list[Task]:
        """The next comments to decide, held for this annotator."""
        return [self.task(claim.item, claim.draw) for claim in self.queue.claim(count)]

    def task(self, item: str, draw: str | None = None) -> Task:
        """One comment with its context.

        Raises:
            AnnotationError: there is no such comment.
        """
        found = self.store.rows(_TASK, item=item, draw=draw, annotator=self.annotator)
        if not found:
            raise AnnotationError(f"there is no comment {item} in this store")
        return Task(**found[0])

    def decide(
        self,
        task: Task,
        stance: str,
        *,
        flags: Sequence[str] = (),
        note: str = "",
        ms: int | None = None,
        client: str | None = None,
        context: str | None = None,
        codebook: str | None = None,
        suggest: bool = True,
    ) -> Recorded:
        """Label a comment. The label is on the disk when this returns.

        ``suggest`` says whether this screen shows the model's view after the answer, where there is one.
        """
        shown = self.suggestion(task) if suggest else None
        about = {
            "suggestion_model": shown.model if shown else None,
            "suggestion_stance": shown.stance if shown else None,
            "suggestion_timing": "after" if shown else "none",
        }
        about |= self._suggestion_seen(task.item)  # an earlier answer, taken back since, has brought it on screen
        return self._record(
            task,
            kind="label",
            codebook=codebook or self._codebook,
            stance=stance,
            flags=" ".join(flags),
            note=note,
            ms=ms,
            client=client,
            context=context_of(task) if context is None else context,
            **about,
        )

    def skip(self, task: Task, reason: str, *, client: str | None = None, ms: int | None = None) -> Recorded:
        """Pass a comment over, with a reason."""
        return self._record(task, kind="skip", reason=reason, client=client, ms=ms, context=context_of(task))

    def relabel(
        self,
        task: Task,
        stance: str,
        *,
        reason: str = "second thoughts",
        flags: Sequence[str] = (),
        note: str = "",
        client: str | None = None,
    ) -> Recorded:
        """Label a comment again, with what is known by now on screen."""
        if reason not in CHANGE_REASONS:
            raise AnnotationError(f"unknown reason {reason!r}; there are {', '.join(CHANGE_REASONS)}")
        seen = self._suggestion_seen(task.item)
        return self._record(
            task,
            kind="relabel",
            stance=stance,
            reason=reason,
            flags=" ".join(flags),
            note=note,
            client=client,
            context=context_of(task),
            **seen,
        )

    def suggestion(self, task: Task) -> Suggestion | None:
        """What the model says, for after the answer; never on comments drawn to estimate or to audit."""
        if task.purpose != "train" or not (found := self.store.rows(_SUGGESTION, item=task.item)):
            return None
        chances = [float(found[0][f"p_{name}"]) for name in STANCES]
        best = max(range(len(STANCES)), key=chances.__getitem__)
        return Suggestion(STANCES[best], chances[best], found[0]["model"])

    def why(self, task: Task, shown: Suggestion) -> Why | None:
        """The words and concepts that carried a suggestion, where the model that made it is at hand."""
        return self._explain(task, shown)

    def undo(self, event: str | None = None, *, client: str | None = None) -> Task | None:
        """Take the last decision back, of this sitting or an earlier one, and show that comment again; None if none is left.

        Args:
            event: another decision of this annotator's than the last.
            client: the browser's ULID for the undo.

        Raises:
            AnnotationError: that decision is not this annotator's, or was taken back already.
        """
        if client:  # the answer to the first attempt was lost on its way
            again = self.store.rows("SELECT item, supersedes FROM event WHERE client = :client", client=client)
            if again and (old := self.store.event(again[0]["supersedes"])):
                return self.task(old.item, old.draw)
        query = "SELECT id, item, draw FROM answer WHERE annotator = :annotator AND kind <> 'import'"
        if event is not None:
            found = self.store.rows(f"{query} AND id = :event", annotator=self.annotator, event=event)
            if not found:
                raise AnnotationError(f"{event} is not a decision of {self.annotator} that stands")
        else:
            found = self.store.rows(f"{query} ORDER BY id DESC LIMIT 1", annotator=self.annotator)
        if not found:
            return None
        task = self.task(found[0]["item"], found[0]["draw"])
        self._record(task, kind="undo", supersedes=found[0]["id"], client=client, **self._suggestion_seen(task.item))
        return task

    def remark(self, event_id: str, *, flags: Sequence[str] | None = None, note: str | None = None) -> None:
        """Add flags or a note to one's own earlier label; the latest stand."""
        label = self.store.event(event_id)
        if label is None or label.annotator != self.annotator:
            raise AnnotationError(f"{event_id} is not a decision of {self.annotator}")
        task = self.task(label.item, label.draw)
        if flags is not None:
            self._record(task, kind="flag", supersedes=event_id, flags=" ".join(flags))
        if note is not None:
            self._record(task, kind="note", supersedes=event_id, note=note)

    def history(self, limit: int = 200) -> list[Mapping[str, Any]]:
        """One's own standing decisions, latest first."""
        query = """
            SELECT s.*, i.text, i.language, p.title FROM standing s JOIN item i ON i.id = s.item
            JOIN page p ON p.id = i.page_id WHERE s.annotator = :annotator ORDER BY s.id DESC LIMIT :limit
        """
        return self.store.rows(query, annotator=self.annotator, limit=limit)

    def _suggestion_seen(self, item: str) -> dict[str, Any]:
        """The suggestion that this annotator has seen on a comment: it was on screen before whatever follows."""
        seen = [event for event in self.store.events(item=item, annotator=self.annotator) if event.suggestion_stance]
        if not seen:
            return {}
        return {
            "suggestion_model": seen[-1].suggestion_model,
            "suggestion_stance": seen[-1].suggestion_stance,
            "suggestion_timing": "before",
        }

    def _record(self, task: Task, **what: Any) -> Recorded:
        base = Event(kind="label", item=task.item, annotator=self.annotator, draw=task.draw, origin=self._origin)
        event = replace(base, **{"codebook": self._codebook, "text_sha256": task.text_sha256} | what)
        return self.store.record(event)


def context_of(task: Task) -> str:
    """What stands beside the comment on every screen."""
    parts = {"title": task.title, "parent": task.parent, "quote": task.quote}
    return " ".join(name for name, words in parts.items() if words)


def stance_of_key(key: str) -> StanceName | None:
    """The stance on a key: 1 to 4, or the signs on those keys of a French keyboard."""
    for keys in ("1234", "&é\"'"):
        if key and key in keys:
            return STANCES[keys.index(key)]
    return None
