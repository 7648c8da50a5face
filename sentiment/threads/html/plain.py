"""Short texts of a page made plain: display names and numbers."""

from __future__ import annotations

import re
from functools import cache

from sentiment.threads import markers

_BYLINE_TAIL = re.compile(
    r",?\s+(?:am|on|at|le|il|el|em|op|dnia|the)\s+\S*\d.*$|,?\s+\d{1,2}[./]\d{1,2}[./]\d{2,4}.*$", re.I
)
_BYLINE_LEAD = re.compile(
    r"^(?:(?:posted |written |submitted )?(?:by|von|par|por|door|przez|от)\s*:?\s+"
    r"|(?:author|autor|autore|auteur|автор|verfasser)(?:\s*:\s*|\s+)|(?:text|name)\s*:\s*|@)",
    re.I,
)
_EDGES = re.compile(r"^[-–—]+\s+|\s+[-–—]+$")
NAME_LONGEST = 80
_INTEGER = re.compile(r"[-+−]?\d[\d.,]*")


def whole_number(text: str) -> int | None:
    """The first whole number in a text ("+12 points" gives 12), or None."""
    found = _INTEGER.search(text)
    if not found:
        return None
    digits = re.sub(r"[.,]", "", found.group()).replace("−", "-")
    return int(digits) if len(digits) < 12 else None


@cache
def _byline_endings() -> tuple[str, ...]:
    return tuple(f" {verb}" for verb in markers.phrases("byline"))


def clean_name(name: str) -> str:
    """A display name without the words around it ("by ann", "ann says:", "ann on 3 May")."""
    name = " ".join(name.split()).strip()
    name = _BYLINE_LEAD.sub("", name)
    name = _BYLINE_TAIL.sub("", name)
    folded = name.casefold().rstrip(" :")
    endings = _byline_endings()
    for verb in markers.phrases("byline") if folded.endswith(endings) else ():  # one test instead of one for each
        if folded.endswith(f" {verb}"):
            name = name.rstrip(" :")[: -len(verb)].rstrip(" ,")
            break
    name = _EDGES.sub("", name.strip(" ,:·|•»«\u200e\u200f"))
    return name if len(name) <= NAME_LONGEST else ""
