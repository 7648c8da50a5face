"""The dates of one page, read with its language, its order of day and month, and the day on which it was saved."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from sentiment.threads.dates import find_date, guess_order, parse_date

_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d\d)(?!\d)")


class Clock:
    """Reads date texts; each text once."""

    def __init__(self, reference: datetime | None = None, languages: tuple[str, ...] = (), order: str = "DMY") -> None:
        self.reference = reference
        self.languages = languages
        self.order = self.default = order
        self._read: dict[str, datetime | None] = {}

    def learn_order(self, texts: Iterable[str]) -> None:
        """Decide between day-month and month-day from the values that allow only one."""
        texts = [text for text in texts if text]
        self.order = guess_order(texts)
        self._read.clear()
        numeric = [(text, found.groups()) for text in texts if (found := _NUMERIC.search(text))][:60]
        unclear = [text for text, _ in numeric]
        if unclear and not any(int(part) > 12 for _, parts in numeric for part in parts):
            orders = ("MDY", "DMY") if self.default == "MDY" else ("DMY", "MDY")
            self.order = min(orders, key=lambda order: self._days(unclear, order))

    def _days(self, texts: list[str], order: str) -> float:
        """How many days some dates span: the posts of a thread stand closer in the right order."""
        found = [find_date(text, reference=self.reference, order=order, languages=self.languages) for text in texts]
        days = [value.toordinal() for value in found if value is not None]
        return max(days) - min(days) if days else float("inf")

    def read(self, text: str) -> datetime | None:
        """The date that a short text is, else the first that is in it; None if there is none."""
        text = text.strip(" \t\n/|,;·•–—»«()[]")
        if not text:
            return None
        if text not in self._read:
            value = parse_date(text, reference=self.reference, order=self.order, languages=self.languages)
            self._read[text] = value if value is not None else self.find(text)
        return self._read[text]

    def find(self, text: str) -> datetime | None:
        """The first date inside a longer text."""
        return find_date(text[:300], reference=self.reference, order=self.order, languages=self.languages)
