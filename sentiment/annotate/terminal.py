"""The terminal annotator: one comment on the screen, one key per decision.

Nothing about the model and no running share is shown here: both would pull the annotator.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from sentiment.annotate.session import Session, Task, stance_of_key

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

CONTEXT_LINES = 12
"""Lines of the article that `c` shows."""

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
FLAGS = ("forecast", "implicit", "irony", "unsure")
SKIP_REASONS = {"1": "cannot decide", "2": "language", "3": "broken text"}


class Screen:
    """Shows tasks and reads keys; everything that is decided goes through the session."""

    def __init__(
        self,
        session: Session,
        *,
        question: str,
        codebook: str,
        console: Console,
        read_key: Callable[[], str],
        read_line: Callable[[str], str],
    ) -> None:
        self._session, self._question, self._codebook = session, question, codebook
        self._console, self._read_key, self._read_line = console, read_key, read_line
        self._flags: list[str] = []
        self._note = ""

    def run(self) -> None:
        """Until all comments are decided or the annotator leaves."""
        while (task := self._session.task) is not None:
            self._show(task)
            if not self._until_decided(task):
                return

    def _until_decided(self, task: Task) -> bool:
        """Read keys until the comment is decided; False when the annotator leaves."""
        while True:
            key = self._read_key()
            if stance := stance_of_key(key):
                self._session.decide(stance, flags=self._flags, note=self._note)
                self._said(f"{stance}  (saved)")
                self._flags, self._note = [], ""
                return True
            action = _KEYS.get(key.casefold())
            if action == "quit":
                return False
            if action == "skip" and self._skip():
                return True
            if action == "undo":
                if self._session.undo():
                    self._said("taken back")
                    return True
                self._said("nothing to take back in this session")
            elif action in ("flag", "note", "context", "codebook", "keys"):
                getattr(self, f"_{action}_key")(task)
            elif action is None:
                self._said("1 favor  2 against  3 neutral  4 unrelated  ? all keys")

    def _skip(self) -> bool:
        self._said("skip, because:  " + "  ".join(f"{key} {reason}" for key, reason in SKIP_REASONS.items()))
        reason = SKIP_REASONS.get(self._read_key())
        if reason is None:
            self._said("not skipped")
            return False
        self._session.skip(reason)
        self._said(f"skipped: {reason}  (saved)")
        return True

    def _flag_key(self, task: Task) -> None:  # noqa: ARG002 - all key handlers take the task
        self._said("flag:  " + "  ".join(f"{i} {flag}" for i, flag in enumerate(FLAGS, 1)))
        key = self._read_key()
        if key.isdigit() and 1 <= int(key) <= len(FLAGS):
            flag = FLAGS[int(key) - 1]
            self._flags = [f for f in self._flags if f != flag] if flag in self._flags else [*self._flags, flag]
        self._said("flags: " + (" ".join(self._flags) or "none"))

    def _note_key(self, task: Task) -> None:  # noqa: ARG002
        self._note = self._read_line("note: ").strip()

    def _context_key(self, task: Task) -> None:
        body = task.page.body.split("\n")
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
        session, comment = self._session, task.comment
        self._print("")
        self._rule(f"{task.page.outlet} · {comment.language} · {session.place + 1} of {len(session.tasks)}")
        self._print(task.page.title or "(no title)", "bold")
        if task.parent:
            self._print("↳ answers: " + task.parent.text, "dim")
        if comment.quote:
            self._print("> " + comment.quote.replace("\n", "\n> "), "dim")
        self._print("")
        self._print(self._question, "italic")
        self._print("")
        self._print(comment.text, "bold green", indent=2)
        self._print("")
        if standing := session.standing(task):
            self._print(f"now: {standing.stance} ({standing.annotator or 'unknown'})", "dim")
        self._print("1 favor  2 against  3 neutral  4 unrelated   s skip  u undo  ? more  q leave", "dim")

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

        shown: RenderableType = Text(text, style=style)
        self._console.print(Padding(shown, (0, 0, 0, indent)) if indent else shown)


def next_sign() -> str:
    """The next key from piped input, "" at its end; line ends and spaces between keys mean nothing."""
    while (sign := sys.stdin.read(1)).isspace():
        pass
    return sign
