"""Who wrote a comment stays out of what leaves the project: pseudonyms for authors, masks in texts.

A pseudonym is a keyed hash of the display name and the outlet (HMAC-SHA256: RFC 2104): the same person on the same outlet is
the same pseudonym in every export of a project, and without the key nobody can try names until one fits. The key is kept
outside the project's folder, so that it is neither exported nor committed: in ``SENTIMENT_PSEUDONYM_KEY``, or in a file of
its own under the user's data folder.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sentiment.errors import InputError
from sentiment.records import Comment, Page, Stance

VARIABLE = "SENTIMENT_PSEUDONYM_KEY"
_DIGITS = 10
"""Of the hash: among 100,000 authors, the chance that any two share a pseudonym is under one in 200."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w@/])@\w[\w.-]*\w|(?<![\w@/])@\w")
# seven digits or more with the signs that people put between them; not a date, a price or a version
_PHONE = re.compile(r"(?<![\w.,-])(?:\+|00|\(|0)\d[\d\s()/.-]{5,}\d(?!\w)")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def pseudonyms(key: bytes) -> Callable[[Page, Comment], str | None]:
    """A function that gives a comment's author as a pseudonym, such as ``reader-9f86d08188``."""

    def name(page: Page, comment: Comment) -> str | None:
        if not comment.author:
            return None
        text = f"{page.outlet}\0{comment.author}".encode("utf-8", "replace")
        return f"reader-{hmac.digest(key, text, 'sha256').hex()[:_DIGITS]}"

    return name


def project_key(project: Path) -> bytes:
    """The key of a project, made on first use.

    Args:
        project: the project's folder of annotations; its absolute path names the key.

    Raises:
        InputError: the key cannot be read or written.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return given.encode()
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    name = hashlib.sha256(str(project.resolve()).encode("utf-8", "replace")).hexdigest()[:16]
    path = home / "sentiment" / f"pseudonyms-{name}.key"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = secrets.token_hex(32).encode()
            handle = os.open(f"{path}.{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(handle, fresh)
            finally:
                os.close(handle)
            try:
                os.link(f"{path}.{os.getpid()}", path)  # of two first runs at once, one key wins
            except FileExistsError:
                pass
            finally:
                Path(f"{path}.{os.getpid()}").unlink()
        return path.read_bytes().strip()
    except OSError as error:
        raise InputError(
            f"the key for the authors' pseudonyms cannot be kept in {path} ({error.strerror}); "
            f"set {VARIABLE}, or use --authors drop or --authors keep"
        ) from error


def mask(text: str) -> str:
    """The text without e-mail addresses, telephone numbers and handles."""
    if "@" in text:
        text = _HANDLE.sub("[handle]", _EMAIL.sub("[e-mail]", text))
    return _PHONE.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else "[phone]", text)


def masked(page: Page) -> Page:
    """The page with its comments' texts and quotes masked."""
    return replace(page, comments=tuple(replace(c, text=mask(c.text), quote=mask(c.quote)) for c in page.comments))


def masked_stances(page: Page, stances: Sequence[Stance]) -> tuple[Stance, ...]:
    """The stances without reasons that are words of what is masked: an address can be what decided."""
    return tuple(_masked_reasons(comment, stance) for comment, stance in zip(page.comments, stances, strict=True))


def _masked_reasons(comment: Comment, stance: Stance) -> Stance:
    before, after = comment.text.casefold(), mask(comment.text).casefold()
    if before == after:
        return stance
    kept = (reason for reason in stance.reasons if reason.casefold() not in before or reason.casefold() in after)
    return replace(stance, reasons=tuple(kept))
