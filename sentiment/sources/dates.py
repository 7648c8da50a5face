"""Dates that machines wrote: ISO 8601, mail and HTTP headers, seconds since 1970. Nothing that needs a language."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}|\d{16}")
_ISO_ZONE = re.compile(r"\s*(?:UTC|GMT|Z)$", re.I)
_BROWSER = re.compile(r"\w{3} (\w{3} \d\d \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})")
_FORMATS = ("%H:%M:%S %b %d, %Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d")
_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def machine_date(value: object) -> datetime | None:
    """A date and time, with a zone only where one is stated; None for what is not written for machines."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(float(value))
    text = str(value or "").strip()
    if not text or len(text) > 100:
        return None
    if _EPOCH.fullmatch(text):
        return _epoch(float(text))
    return _iso(text) or _browser(text) or _header(text) or _other(text)


def _epoch(seconds: float) -> datetime | None:
    while seconds > 1e11:  # milliseconds, microseconds
        seconds /= 1000
    try:
        found = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if _EARLIEST <= found < _LATEST else None


def _iso(text: str) -> datetime | None:
    if not text[:4].isdigit():
        return None
    try:
        return datetime.fromisoformat(_ISO_ZONE.sub("+00:00", text))
    except ValueError:
        return None


def _header(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _browser(text: str) -> datetime | None:
    found = _BROWSER.match(text)  # the mail parser would lose the zone
    return _format(f"{found[1]} {found[2]}", "%b %d %Y %H:%M:%S %z") if found else None


def _other(text: str) -> datetime | None:
    return next((date for form in _FORMATS if (date := _format(text, form))), None)


def _format(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None
