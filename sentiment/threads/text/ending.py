"""Where the last post's words end: before its own buttons, or before the page's foot."""

from __future__ import annotations

from collections import Counter

from sentiment.threads.text.gaps import Gaps
from sentiment.threads.text.lines import Line
from sentiment.threads.text.view import View
from sentiment.threads.text.words import opens, words

FOOT_RUN = 4
"""So many short lines in a row, none of which ends a sentence, are the foot of a page; lists in posts were shorter."""


def last_words(view: View, gaps: Gaps) -> int:
    """Index behind the last line of the last post's words."""
    start = gaps.ends[-1]
    enders = _enders(view, gaps)
    run = 0
    for index in range(start, gaps.stop):
        line = view.lines[index]
        if any(key in enders for key in view.keys(index)) or closes(line):
            return _back(view, start, index)
        run = run + 1 if view.short(index) and not line.ends_sentence else 0
        if run >= FOOT_RUN and index - run >= start:
            return _back(view, start, index - run + 1)
    return _back(view, start, gaps.stop)


def _back(view: View, start: int, stop: int) -> int:
    while stop > start and view.lines[stop - 1].is_marker("page", "control", "sort"):
        stop -= 1
    return stop


def _enders(view: View, gaps: Gaps) -> set[str]:
    """Keys with which gaps begin: what stands right below the words of most posts."""
    first: Counter[str] = Counter()
    for start, end in zip(gaps.starts[1:], gaps.ends[1:], strict=True):
        if start < end:
            first.update(key for key in view.keys(start) if not key.startswith(("first ", "last ")))
    return {key for key, count in first.items() if count >= max(2, 0.2 * len(gaps)) and key in gaps.common}


def closes(line: Line) -> bool:
    """A line that ends a thread: a form, a footer, a notice, the tools of a forum. Looked at once for each line."""
    if line.ends_thread is None:
        line.ends_thread = _closes(line)
    return line.ends_thread


def _closes(line: Line) -> bool:
    if line.is_marker("footer", "form", "empty") or line.folded in words("closing"):
        return True
    if line.text.startswith(("©", "Copyright ©", "(c) ")):
        return True
    if line.words > 40 or not line.folded:
        return False
    return (opens("closing", line.folded) or line.starts_marker("footer", "form")) and _long_phrase(line)


def _long_phrase(line: Line) -> bool:
    """Whether the phrase at the start has three words or more: "related" opens many a sentence of a reader."""
    from sentiment.threads.markers import pattern
    from sentiment.threads.text.words import opening

    found = [pattern(kind).match(line.folded) for kind in ("footer", "form")] + [opening("closing").match(line.folded)]
    enough = 2 if line.words <= 8 else 3
    return any(match is not None and len(match.group().split()) >= enough for match in found)
