"""ULIDs: identifiers that sort by the time they were made (https://github.com/ulid/spec), never backwards.

A clock that jumps back must not put a later decision before an earlier one, so each is made greater than the last.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FORM = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_RANDOM_BITS = 80
_ROOM = 1 << 40
"""The random part is drawn below this much from its end, so that counting up from it never runs over."""


def new(after: str = "", *, milliseconds: int | None = None) -> str:
    """A new identifier, greater than ``after`` whatever the clock says.

    Args:
        after: the greatest identifier so far.
        milliseconds: since 1970; default: now.
    """
    stamp = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    number = max(0, stamp) << _RANDOM_BITS | secrets.randbelow((1 << _RANDOM_BITS) - _ROOM)
    if after and number <= (last := _number(after)):
        number = last + 1 + secrets.randbelow(1 << 16)
    return "".join(_SIGNS[number >> shift & 31] for shift in range(125, -1, -5))


def valid(text: str) -> bool:
    """Whether a text has the form of a ULID."""
    return _FORM.fullmatch(text) is not None


def _number(text: str) -> int:
    number = 0
    for sign in text:
        number = number << 5 | _SIGNS.index(sign)
    return number


def derived(milliseconds: int, content: bytes) -> str:
    """The identifier of something that has none: the same content at the same time gives the same one everywhere."""
    tail = int.from_bytes(hashlib.sha256(content).digest()[:10], "big")
    number = max(0, milliseconds) << _RANDOM_BITS | tail
    return "".join(_SIGNS[number >> shift & 31] for shift in range(125, -1, -5))
