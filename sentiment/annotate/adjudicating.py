"""Adjudication in the terminal: the comment, what the annotators said without their names, a stance and a reason."""

from __future__ import annotations

from collections.abc import Callable

from sentiment.annotate.adjudication import Desk
from sentiment.annotate.events import ADJUDICATION_REASONS
from sentiment.annotate.session import Session, Task, stance_of_key
from sentiment.annotate.terminal import printable


def adjudicate(desk: Desk, session: Session, *, read_key: Callable[[], str], say: Callable[[str], None]) -> int:
    """Go through what awaits a decision; gives how many were decided."""
    decided = 0
    waiting = desk.waiting()
    for number, item in enumerate(waiting, 1):
        task = session.task(item)
        _show(desk, task, f"{number} of {len(waiting)}", say)
        while not (stance := stance_of_key(key := read_key())):
            if key in ("", "q", "й", "\x03", "\x04"):
                return decided
            if key in ("s", "ы"):
                break
            say("1 favor  2 against  3 neutral  4 unrelated   s later   q leave")
        if not stance:
            continue
        say("because:  " + "  ".join(f"{i} {reason}" for i, reason in enumerate(ADJUDICATION_REASONS, 1)))
        key = read_key()
        if key.isdigit() and 1 <= int(key) <= len(ADJUDICATION_REASONS):
            desk.decide(task, stance, ADJUDICATION_REASONS[int(key) - 1])
            decided += 1
            say(f"{stance}  (saved)")
        else:
            say("not decided: a reason is needed")
    return decided


def _show(desk: Desk, task: Task, place: str, say: Callable[[str], None]) -> None:
    say("")
    say(f"{task.outlet} · {task.language} · {place}")
    say(printable(task.title or "(no title)"))
    if task.parent:
        say("↳ answers: " + printable(task.parent))
    if task.quote:
        say("> " + printable(task.quote))
    say("")
    say("  " + printable(task.text))
    say("")
    for opinion in desk.opinions(task.item):
        said = "  ".join(part for part in (opinion.stance, opinion.flags, printable(opinion.note)) if part)
        say(f"  {opinion.who}: {said}")
    say("1 favor  2 against  3 neutral  4 unrelated   s later   q leave")
