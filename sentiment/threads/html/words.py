"""A reader's own words: the text of a record without what it quotes and without what the page adds to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from sentiment.threads import markers
from sentiment.threads.html.tree import Tree

_QUOTE = re.compile(
    r"(?:^|[\s_-])(?:bb-?(?:code)?-?_?)?(?:block)?quot(?:e|ed|ation|ing)(?!d?-?(?:link|btn|button|icon|"
    r"reply))|cite-?block|quote_?(?:box|text|content|container|body)",
    re.I,
)
_NOT_QUOTE = re.compile(
    r"quote-?(?:icon|link|btn|button|control|this|reply|action|post|multi)|icon|action|postcontent|"
    r"messagetext|multiquote|SelectQuote|selectToQuote|btn|button",
    re.I,
)
_ADDED = re.compile(
    r"(?:^|[\s_-])(?:sig|signature|usersig|postsig|(?:last|message|post)[_-]?edit(?:ed)?|edited(?:by|note|"
    r"[_-]?date)?|editdate|edit[_-]info"
    r"|reply(?:[_-]?(?:link|btn|button|to|action))?|replies[_-]?(?:link|toggle)|actions?|toolbar|buttons?|permalink"
    r"|(?:dis)?likes?|votes?|voting|rating|karma|share|sharing|sharedaddy|social|report|flag|moderat\w*|"
    r"avatar|badges?"
    r"|attachments?-?(?:list)?|attachbox|expandlink|clicktoexpand|quoteexpand|sr-only|screen-reader-text|"
    r"visually-?hidden|hidden-xs-up)(?:$|[\s_-])",
    re.I,
)
_QUOTE_LEAD = 90
"""Characters of a line such as "Originally posted by ann" that stands before a quote; longer lines are the writer's."""

_WROTE = re.compile(
    r"(?:wrote|said|says|schrieb|hat geschrieben|meinte|a écrit|a dit|ha scritto|ha detto|escribió|dijo|"
    r"escreveu|disse|"
    r"napisał\(?a?\)?|pisze|писал\(?а?\)?|сказал\(?а?\)?|schreef|zei|yazdı|dedi)\s*:?\s*(?:↑)?\s*$"
    r"|^(?:quote|zitat|citation|citazione|cita|citat|cytat|цитата|citaat|alıntı|originally posted by|"
    r"zitat von|quote from|quote:)\b",
    re.I,
)
_BRACKETED = re.compile(r"[\[(].*(?:\d[:.]\d\d|\d{4}).*[\])]")
_LAST_EDIT = re.compile(r"^[\[(*_\s]*(?:last |zuletzt |dernière |ultima |última |ostatni|laatst |son )?", re.I)


@lru_cache(maxsize=20_000)
def kind_of(classes: str, tag: str) -> str:
    """What an element inside a record's text is by its class: ``quote``, ``added`` by the page, or empty."""
    if tag in ("button", "noscript", "nav"):
        return "added"
    if tag == "blockquote":
        return "" if _NOT_QUOTE.search(classes) and not _QUOTE.search(_NOT_QUOTE.sub("", classes)) else "quote"
    if not classes:
        return ""
    if tag not in ("article", "section", "p", "h3") and _QUOTE.search(classes) and not _NOT_QUOTE.search(classes):
        return "quote"
    if _ADDED.search(classes):
        return "added"
    return ""


def parts(tree: Tree, roots: Iterable[int], skip: set[int]) -> tuple[list[int], list[int]]:
    """The quotes under some nodes, and what the page added there; nothing inside ``skip`` is looked at."""
    quotes: list[int] = []
    added: list[int] = []
    for root in roots:
        whole = tree.size(root)
        at, stop = root + 1, tree.end[root]
        while at < stop:
            if at in skip:
                at = tree.end[at]
                continue
            tag = tree.tag[at]
            if tag:
                kind = kind_of(tree.get(at, "class"), tag)
                if kind == "quote" or (kind == "added" and tree.size(at) <= max(200, whole // 4)):
                    (quotes if kind == "quote" else added).append(at)
                    at = tree.end[at]
                    continue
            at += 1
    return quotes, added


def lead_of(tree: Tree, quote: int, root: int) -> list[int]:
    """The nodes just before a quote that name whom it quotes ("ann wrote:")."""
    found: list[int] = []
    letters = 0
    at = quote - 1
    while at > root and letters <= _QUOTE_LEAD:
        if not tree.tag[at]:
            if tree.end[tree.parent[at]] > quote and tree.parent[at] != tree.parent[quote]:
                break
            letters += len(tree.text[at].strip())
            found.append(at)
            line = " ".join("".join(tree.text[node] for node in reversed(found)).split())
            if letters <= _QUOTE_LEAD and _WROTE.search(line):
                return found
        elif tree.tag[at] in ("br", "p", "div") and letters:
            break
        at -= 1
    return []


def tidy(text: str) -> str:
    """A record's text without the lines that the page added at its start and its end."""
    lines = text.split("\n")
    while lines and _is_tail(lines[-1]):
        lines.pop()
    while lines and _is_head(lines[0]):
        lines.pop(0)
    return "\n".join(lines)


def is_deleted(text: str) -> bool:
    """Whether a text only says that there was a comment."""
    return len(text) < 160 and (
        markers.is_marker("deleted", text) or (len(text) < 100 and markers.starts_marker("deleted", text))
    )


def _is_tail(line: str) -> bool:
    if len(line) > 160 or not line.strip():
        return not line.strip()
    if markers.is_marker("control", line):
        return True
    if _BRACKETED.fullmatch(line) and markers.pattern("edited").search(markers.fold(line)):
        return True  # "[Post of 3 May, 22:03 edited by ann]"
    return bool(
        (markers.starts_marker("edited", line) or markers.starts_marker("edited", _LAST_EDIT.sub("", line)))
        and any(sign.isdigit() for sign in line)
    )


def _is_head(line: str) -> bool:
    return not line.strip() or (len(line) < 80 and markers.is_marker("control", line))
