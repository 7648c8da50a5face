"""One annotator's pass over comments: what comes next, what a decision writes. No screen and no keyboard here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sentiment.annotate.labels import Journal, Labels, load
from sentiment.records import STANCES, Comment, Label, Page, StanceName


@dataclass(frozen=True, slots=True)
class Task:
    """A comment with what is needed to understand it."""

    page: Page
    comment: Comment
    parent: Comment | None


def _now() -> datetime:
    return datetime.now(UTC)


class Session:
    """Walks through comments without a label and writes every decision down before the next one is shown.

    Args:
        folder: the target's folder of labels.
        pages: the pages whose comments are to be labelled.
        annotator: who decides.
        codebook: version of the codebook that is followed.
        relabel: also show comments that have a label.
        now: the clock.
    """

    def __init__(
        self,
        folder: Path,
        pages: Iterable[Page],
        *,
        annotator: str,
        codebook: str,
        relabel: bool = False,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.labels: Labels = load(folder)
        self._annotator, self._codebook, self._now = annotator, codebook, now
        self.tasks = [task for page in pages for task in _tasks(page) if relabel or self._open(task.comment)]
        self.place = 0
        self.decided = 0
        self._undoable: list[int] = []
        self._journal = Journal(folder)

    def _open(self, comment: Comment) -> bool:
        return comment.id not in self.labels.current and comment.id not in self.labels.skipped

    @property
    def task(self) -> Task | None:
        """The comment to decide now, or None when all are done."""
        return self.tasks[self.place] if self.place < len(self.tasks) else None

    def standing(self, task: Task) -> Label | None:
        """The label that the comment had when the session began, if any."""
        return self.labels.current.get(task.comment.id)

    def decide(self, stance: StanceName, *, flags: Sequence[str] = (), note: str = "") -> None:
        """Label the comment and go on. The label is on the disk when this returns."""
        task = self._current()
        self._journal.label(
            Label(
                comment_id=task.comment.id,
                stance=stance,
                annotator=self._annotator,
                at=self._now(),
                codebook=self._codebook,
                page_id=task.page.id,
                language=task.comment.language,
                text=task.comment.text,
                flags=tuple(flags),
                note=note,
            )
        )
        self.decided += 1
        self._advance()

    def skip(self, reason: str = "") -> None:
        """Pass the comment over, with a reason, and go on."""
        self._journal.skip(self._current().comment.id, self._annotator, self._now(), reason)
        self._advance()

    def undo(self) -> bool:
        """Take the last decision of this session back and show that comment again; False if there is none."""
        if not self._undoable:
            return False
        self.place = self._undoable.pop()
        self._journal.undo(self._current().comment.id, self._annotator, self._now())
        return True

    def close(self) -> None:
        """End the session; everything decided is already on the disk."""
        self._journal.close()

    def _current(self) -> Task:
        task = self.task
        if task is None:
            raise IndexError("every comment has been decided")
        return task

    def _advance(self) -> None:
        self._undoable.append(self.place)
        self.place += 1


def stance_of_key(key: str) -> StanceName | None:
    """The stance on a key: 1 to 4, or the signs on those keys of a French keyboard."""
    for keys in ("1234", "&é\"'"):
        if key and key in keys:
            return STANCES[keys.index(key)]
    return None


def _tasks(page: Page) -> Iterable[Task]:
    by_id = {comment.id: comment for comment in page.comments}
    for comment in page.comments:
        yield Task(page, comment, by_id.get(comment.parent_id or ""))
