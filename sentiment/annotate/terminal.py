"""The terminal annotator: one comment on the screen, one key per decision.

Nothing about the model is shown before the answer and no running share ever: both would pull the annotator.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sentiment.annotate.events import CHANGE_REASONS, FLAGS, SKIP_REASONS
from sentiment.annotate.session import CONTEXT_LINES, Session, Suggestion, Task, context_of, stance_of_key

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

SETTLE_SECONDS = 0.15
"""A key that comes sooner after a comment has appeared was meant for the one before: it is held down, or doubled."""

# Letters also as they lie on a Russian keyboard, so that no layout has to be changed.
_KEYS = {
    "s": "skip", "ы": "skip",
    "f": "flag", "а": "flag",
    "n": "note", "т": "note",
    "u": "undo", "г": "undo",
    "c": "context", "с": "context",
    "g": "codebook", "п": "codebook",
    "?": "keys", "h": "keys", "р": "keys",
    "q": "quit", "й": "quit", "\x03": "quit", "\x04": "quit", "": "quit",
}  # fmt: skip
_LEGEND = "1 favor  2 against  3 neutral  4 unrelated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """Where keys and lines come from."""

    key: Callable[[], str]
    line: Callable[[str], str]
    clock: Callable[[], float] = time.monotonic
    settle: float = 0.0
    """Seconds after a comment has appeared in which keys mean nothing."""


class Screen:
    """Shows tasks and reads keys; everything that is decided goes through the session.

    Args:
        session: who decides.
        question: the target's question in a language.
        codebook: what ``g`` shows.
        console: where it is shown; one that is not a terminal gets plain lines.
        keyboard: what is pressed.
        total: how many comments wait.
        again: comments to show again, one after the other, instead of those that wait.
    """

    def __init__(
        self,
        session: Session,
        *,
        question: Callable[[str], str],
        codebook: str,
        console: Console,
        keyboard: Keyboard,
        total: int | None = None,
        again: Iterator[Task] | None = None,
    ) -> None:
        self._session, self._question, self._codebook, self._again = session, question, codebook, again
        self._console, self._keyboard, self._total = console, keyboard, total
        self._flags: list[str] = []
        self._note = ""
        self._context = ""
        self._shown = 0.0
        self._returned: Task | None = None
        self.decided = 0

    def run(self) -> None:
        """Until nothing waits any more or the annotator leaves."""
        while (task := self._next()) is not None:
            self._flags, self._note, self._context = [], "", context_of(task)
            self._show(task)
            if not self._until_decided(task):
                return

    def _next(self) -> Task | None:
        if self._returned is not None:
            task, self._returned = self._returned, None
            return task
        if self._again is not None:
            return next(self._again, None)
        return next(iter(self._session.next()), None)

    def _until_decided(self, task: Task) -> bool:
        """Read keys until the comment is decided; False when the annotator leaves."""
        while True:
            key = self._key()
            if stance := stance_of_key(key):
                self._decide(task, stance)
                return True
            action = _KEYS.get(key.casefold())
            if action == "quit":
                return False
            if action == "skip" and self._skip(task):
                return True
            if action == "undo":
                self._returned = self._session.undo()
                if self._returned is not None:
                    self.decided = max(0, self.decided - 1)
                    self._said("taken back")
                    return True
                self._said("nothing to take back")
            elif action in ("flag", "note", "context", "codebook", "keys"):
                getattr(self, f"_{action}_key")(task)
            elif action is None:
                self._said(_LEGEND + "  ? all keys")

    def _decide(self, task: Task, stance: str) -> None:
        took = round((self._keyboard.clock() - self._shown) * 1000)
        if self._again is not None and task.standing:
            self._session.relabel(task, stance, flags=self._flags, note=self._note)
        else:
            self._session.decide(task, stance, flags=self._flags, note=self._note, ms=took, context=self._context)
        self.decided += 1
        self._said(f"{stance}  (saved)")
        shown = self._session.suggestion(task)
        if shown is None or self._again is not None:
            return
        said = f"the model says {shown.stance}, {shown.probability:.0%}"
        if shown.stance == stance:
            self._said(said)
            return
        self._why(task, shown)
        self._said(f"{said}   1-4 change   any other key: keep")
        if changed := stance_of_key(self._keyboard.key()):
            self._change(task, changed)

    def _why(self, task: Task, shown: Suggestion) -> None:
        """The comment once more, with the words that carried the model's view."""
        from rich.text import Text

        if (why := self._session.why(task, shown)) is None:
            return
        line = Text("  ")
        for piece, weight in why.parts:
            # brackets besides the colour, for who sees none
            text = f"[{printable(piece)}]" if weight > 0 else printable(piece)
            line.append(text, style="bold green" if weight > 0 else "red" if weight < 0 else "dim")
        self._console.print(line)
        heard = f"; it also heard: {', '.join(why.concepts)}" if why.concepts else ""
        self._said(f"in brackets what speaks for {shown.stance}{heard}")

    def _change(self, task: Task, stance: str) -> None:
        self._said("because:  " + "  ".join(f"{i} {reason}" for i, reason in enumerate(CHANGE_REASONS, 1)))
        key = self._keyboard.key()
        if not key.isdigit() or not 1 <= int(key) <= len(CHANGE_REASONS):
            self._said("kept as it was")
            return
        reason = CHANGE_REASONS[int(key) - 1]
        self._session.relabel(task, stance, reason=reason, flags=self._flags, note=self._note)
        self._said(f"changed to {stance}  (saved)")

    def _key(self) -> str:
        while True:
            key = self._keyboard.key()
            if key in ("", "\x03", "\x04") or self._keyboard.clock() - self._shown >= self._keyboard.settle:
                return key

    def _skip(self, task: Task) -> bool:
        self._said("skip, because:  " + "  ".join(f"{i} {reason}" for i, reason in enumerate(SKIP_REASONS, 1)))
        key = self._keyboard.key()
        if not key.isdigit() or not 1 <= int(key) <= len(SKIP_REASONS):
            self._said("not skipped")
            return False
        reason = SKIP_REASONS[int(key) - 1]
        self._session.skip(task, reason)
        self._said(f"skipped: {reason}  (saved)")
        return True

    def _flag_key(self, task: Task) -> None:  # noqa: ARG002 - all key handlers take the task
        self._said("flag:  " + "  ".join(f"{i} {flag}" for i, flag in enumerate(FLAGS, 1)))
        key = self._keyboard.key()
        if key.isdigit() and 1 <= int(key) <= len(FLAGS):
            flag = FLAGS[int(key) - 1]
            self._flags = [f for f in self._flags if f != flag] if flag in self._flags else [*self._flags, flag]
        self._said("flags: " + (" ".join(self._flags) or "none"))

    def _note_key(self, task: Task) -> None:  # noqa: ARG002
        self._note = self._keyboard.line("note: ").strip()

    def _context_key(self, task: Task) -> None:
        self._context = f"{self._context} article".strip()
        body = task.article.split("\n")
        self._print("\n".join(body[:CONTEXT_LINES]) + ("\n…" if len(body) > CONTEXT_LINES else ""), "blue")

    def _codebook_key(self, task: Task) -> None:  # noqa: ARG002
        if self._console.is_terminal:
            with self._console.pager():
                self._print(self._codebook)
        else:
            self._print(self._codebook)

    def _keys_key(self, task: Task) -> None:  # noqa: ARG002
        self._print(
            "1 favor   2 against   3 neutral   4 unrelated\n"
            "s skip with a reason   f flag   n note   u undo\n"
            "c article   g codebook   ? keys   q leave (everything is saved)"
        )

    def _show(self, task: Task) -> None:
        self._print("")
        drawn = f" · draw {task.draw_number} {task.purpose}".rstrip() if task.purpose else ""
        of = f" of {self._total}" if self._total and self._again is None else ""
        self._rule(f"{task.outlet} · {task.language}{drawn} · {self.decided + 1}{of}")
        self._print(task.title or "(no title)", "bold")
        if task.parent:
            self._print("↳ answers: " + task.parent, "dim")
        if task.quote:
            self._print("> " + task.quote.replace("\n", "\n> "), "dim")
        self._print("")
        self._print(self._question(task.language), "italic")
        self._print("")
        self._print(task.text, "bold green", indent=2)
        self._print("")
        if task.standing and self._again is not None:
            self._print(f"now: {task.standing} (you)", "dim")
        self._print(f"{_LEGEND}   s skip  u undo  ? more  q leave", "dim")
        self._shown = self._keyboard.clock()

    def _said(self, text: str) -> None:
        self._print(text, "cyan")

    def _rule(self, text: str) -> None:
        if self._console.is_terminal:
            self._console.rule(text, style="dim", align="left")
        else:
            self._print(text)

    def _print(self, text: str, style: str = "", indent: int = 0) -> None:
        from rich.padding import Padding
        from rich.text import Text

        shown: RenderableType = Text(printable(text), style=style)
        self._console.print(Padding(shown, (0, 0, 0, indent)) if indent else shown)


def printable(text: str) -> str:
    """Text without signs that steer a terminal: a comment must not move the cursor or recolour the screen."""
    return "".join(sign if sign in "\n\t" or (sign.isprintable() or ord(sign) > 0x9F) else "�" for sign in text)


def walk(session: Session, draws: list[str]) -> Iterator[Task]:
    """The comments of draws in order, whether they have a label or not."""
    for draw in draws:
        query = "SELECT item_id FROM draw_item WHERE draw_id = :draw ORDER BY rank"
        for row in session.store.rows(query, draw=draw):
            yield replace(session.task(row["item_id"], draw), purpose="")


def next_sign() -> str:
    """The next key from piped input, "" at its end; line ends and spaces between keys mean nothing."""
    while (sign := sys.stdin.read(1)).isspace():
        pass
    return sign
