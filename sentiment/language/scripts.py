"""The script of a text: a comment in Cyrillic letters is not in the language of its English page, however short it is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from sentiment.shipped import shipped


@dataclass(frozen=True, eq=False)
class Script:
    """Letters that only some languages are written in."""

    name: str
    letters: re.Pattern[str]
    languages: tuple[str, ...]
    """The most written one first."""


@dataclass(frozen=True, eq=False)
class Scripts:
    """All scripts but the Latin one."""

    by_name: dict[str, Script]
    any_letter: re.Pattern[str]
    """A letter of one of them."""

    def place_of(self, text: str, page_language: str) -> str:
        """Where a text is to be seen from: its page's language, or the script's name where that language has other letters.

        Args:
            text: the words; more than half of their letters must be of one script to tell.
            page_language: the language of the page they stand on.
        """
        if text.isascii() or (first := self.any_letter.search(text)) is None:
            return page_language
        script = next(one for one in self.by_name.values() if one.letters.match(first[0]))
        if page_language in script.languages:
            return page_language
        own = len(script.letters.findall(text))
        return script.name if 2 * own > sum(map(str.isalpha, text)) else page_language


@cache
def scripts() -> Scripts:
    """The scripts of ``scripts.toml``."""
    found = tomllib.loads(shipped(__package__, "scripts.toml").decode())
    by_name = {
        name: Script(name, re.compile(f"[{about['letters']}]"), tuple(about["languages"]))
        for name, about in found.items()
    }
    return Scripts(by_name, re.compile(f"[{''.join(about['letters'] for about in found.values())}]"))
