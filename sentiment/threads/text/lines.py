"""A plain-text document as numbered lines, each looked at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from sentiment.threads.markers import fold, pattern, phrases
from sentiment.threads.text.links import unlink

_NEWLINE = re.compile(r"\r\n|\n|\r|\x85|\u2028|\u2029|\x0b|\x0c")
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
"""Signs of scripts without blanks between words; two of them make about one word."""
_SENTENCE_END = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$")

_BRANCHES = "│┃├└┣┗╰|`+"
_TREE = re.compile(r"^(?:[\s│┃|]*(?:[├└┣┗╰][─━-]*|(?:[|`+]--+))\s*|[\s│┃]*[│┃]\s*)")
"""What a drawn tree puts before its leaves: ``│   └── ``, ``|   `-- ``."""

LONGEST_LINE = 20_000
"""A line longer than this is prose; no pattern is tried on it (a page of one line stays linear in its size)."""


class Role(Enum):
    """What a line was taken for; every line of a document has exactly one."""

    BLANK = "blank"
    TITLE = "title"
    BODY = "body"
    HEADER = "header"
    """Who wrote a comment and when, or a line that opens the comments."""
    COMMENT = "comment"
    QUOTE = "quote"
    BOILERPLATE = "boilerplate"


@dataclass(eq=False)
class Line:
    """One line; the derived facts are computed when first asked for."""

    number: int
    raw: str
    role: Role = field(default=Role.BOILERPLATE)
    lead: str = ""
    """What stood before the words on the same line: a number, a bullet, a name. It is not part of ``text``."""
    links: tuple[tuple[str, str], ...] = ()
    """The links on the line: their words, and the addresses, which are no part of ``text``."""
    aside: bool = False
    """Whether the line only says where links lead."""
    announces: bool | None = None
    ends_thread: bool | None = None
    """Whether the line opens the comments or ends them; None before somebody asked."""

    @cached_property
    def text(self) -> str:
        """The line without surrounding space, and without the branches of a drawn tree."""
        text = self.raw.strip().strip("\ufeff\u200b")
        if text[:1] in _BRANCHES and len(text) <= LONGEST_LINE:
            text = _TREE.sub("", text)
        return text

    def cut(self, length: int) -> None:
        """Take the first signs off the words and keep them as the line's lead."""
        text = self.text
        self.lead = text[:length].strip()
        self.say(text[length:].strip(), self.links)

    def say(self, text: str, links: tuple[tuple[str, str], ...]) -> None:
        """Set what the line says, and where its links lead."""
        for fact in ("folded", "words", "ends_sentence", "prose"):
            self.__dict__.pop(fact, None)
        self.text, self.links = text, links
        self.announces = self.ends_thread = None

    @cached_property
    def indent(self) -> int:
        """Leading blanks, a tab counted as four, and branches of a drawn tree."""
        expanded = self.raw[:LONGEST_LINE].expandtabs(4)
        drawn = _TREE.match(expanded)
        return drawn.end() if drawn else len(expanded) - len(expanded.lstrip(" \xa0"))

    @cached_property
    def folded(self) -> str:
        """The line as markers are compared with it."""
        return fold(self.text) if len(self.text) <= 400 else ""

    @cached_property
    def words(self) -> int:
        """Number of words; at most those of the first 20,000 characters are counted."""
        text = self.text[:LONGEST_LINE]
        count = len(_WORD.findall(text))
        return count if text.isascii() else count + len(_UNSPACED.findall(text)) // 2

    @property
    def blank(self) -> bool:
        """Whether nothing can be seen on the line."""
        return not self.text

    @cached_property
    def ends_sentence(self) -> bool:
        """Whether the line ends as a sentence does."""
        return bool(_SENTENCE_END.search(self.text[-10:]))

    @cached_property
    def prose(self) -> bool:
        """Whether the line reads as running text rather than as a heading, a name or a button."""
        return self.words >= 20 or (self.words >= 8 and self.ends_sentence)

    def is_marker(self, *kinds: str) -> bool:
        """Whether the whole line is a known phrase of one of these kinds."""
        return self.folded in phrases(*kinds) if self.folded else False

    def starts_marker(self, *kinds: str) -> bool:
        """Whether the line begins with a known phrase of one of these kinds."""
        return bool(self.folded) and any(pattern(kind).match(self.folded) for kind in kinds)


def split(text: str) -> list[Line]:
    """All lines of a document in order; joined again they are the document but for its newline signs."""
    lines = [Line(number, raw) for number, raw in enumerate(_NEWLINE.split(text))]
    unlink(lines)
    for line in lines:
        if line.blank:
            line.role = Role.BLANK
    return lines


def shown(lines: list[Line]) -> list[Line]:
    """The lines on which something can be seen, without lists of addresses."""
    return [line for line in lines if not line.blank and not line.aside]


def join(lines: list[Line]) -> str:
    """Lines as one text: blank lines between paragraphs are kept, one at most."""
    out: list[str] = []
    previous: Line | None = None
    for line in lines:
        if previous is not None:
            out.append("\n\n" if line.number > previous.number + 1 else "\n")
        out.append(line.text)
        previous = line
    return "".join(out)
