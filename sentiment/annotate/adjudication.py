"""Deciding between annotators: who they are is hidden, a reason is needed, and the decision stands under its own name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sentiment.annotate.events import Event
from sentiment.annotate.session import Task, context_of
from sentiment.annotate.standing import undecided
from sentiment.annotate.store import Recorded, Store
from sentiment.errors import AnnotationError

_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Opinion:
    """One annotator's label, without the name."""

    who: str
    """A letter; the same annotator has another letter on the next comment."""
    stance: str
    flags: str
    note: str


class Desk:
    """Where an adjudicator works.

    Args:
        store: where it is kept.
        adjudicator: who decides.
        codebook: the version that is followed.
        origin: ``terminal`` or ``web``.
    """

    def __init__(self, store: Store, adjudicator: str, *, codebook: str, origin: str) -> None:
        self.store, self.adjudicator, self._codebook, self._origin = store, adjudicator, codebook, origin

    def waiting(self) -> list[str]:
        """Comments that await a decision."""
        return undecided(self.store)

    def opinions(self, item: str) -> list[Opinion]:
        """What the annotators said, in an order that does not tell who is who."""
        query = "SELECT annotator, stance, flags, note FROM label_current WHERE item = :item"
        found = self.store.rows(query, item=item)
        mixed = sorted(found, key=lambda row: hashlib.sha256(f"{item} {row['annotator']}".encode()).digest())
        return [
            Opinion(letter, row["stance"], row["flags"], row["note"])
            for letter, row in zip(_NAMES, mixed, strict=False)
        ]

    def decide(
        self,
        task: Task,
        stance: str,
        reason: str,
        *,
        flags: Sequence[str] = (),
        note: str = "",
        client: str | None = None,
    ) -> Recorded:
        """Settle a comment. The annotators' own labels stay as they are.

        Raises:
            AnnotationError: nobody has labelled it, or there is no such stance or reason.
        """
        if not self.opinions(task.item):
            raise AnnotationError(f"nobody has labelled comment {task.item}; there is nothing to decide between")
        event = Event(
            kind="adjudicate",
            item=task.item,
            annotator=self.adjudicator,
            stance=stance,
            reason=reason,
            flags=" ".join(flags),
            note=note,
            codebook=self._codebook,
            text_sha256=task.text_sha256,
            context=f"{context_of(task)} labels".strip(),
            client=client,
            origin=self._origin,
        )
        return self.store.record(event)
