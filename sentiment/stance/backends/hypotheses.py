"""What an entailment model is asked: premises and hypotheses, as sentences in the comment's language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sentiment.records import STANCES
from sentiment.stance.target import Target

TITLE_LENGTH = 200
"""Characters of a title that are shown: context must not crowd out the comment."""
PARENT_LENGTH = 300

_FIRST = "en"
"""Language of the words where a target or this package has none in the comment's."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences in one language."""

    hypotheses: tuple[str, str, str, str]
    """One per stance, in the order of :data:`STANCES`."""
    under: str
    answering: str
    says: str

    def premise(self, text: str, *, title: str = "", parent: str = "") -> str:
        """The comment, with the title it stands under and the comment it answers."""
        words = {
            "title": _short(title, TITLE_LENGTH),
            "parent": _short(parent, PARENT_LENGTH),
            "text": _short(text, len(text) + 1),
        }
        parts = [self.under] * bool(words["title"]) + [self.answering] * bool(words["parent"]) + [self.says]
        return " ".join(_filled(part, words) for part in parts)


def wording(target: Target, language: str) -> Wording:
    """The sentences for a target in a language.

    The target's own hypotheses come first; else the packaged sentences around its statement. For a language that the target is
    not worded in they are in English, or in the first one that it is worded in: a sentence in two languages helps no model.
    """
    packaged = _packaged()
    worded = [code for code in target.statements if code in packaged]
    written = [code for code in target.statements if all(code in target.hypotheses.get(name, {}) for name in STANCES)]
    known = list(dict.fromkeys([*written, *worded]))
    code = language if language in known else _FIRST if _FIRST in known or not known else known[0]
    sentences = packaged.get(code, packaged[_FIRST])
    statement = target.statement(code).strip().rstrip(".")
    made = tuple(
        target.hypotheses.get(name, {}).get(code) or _filled(sentences[name], {"statement": statement})
        for name in STANCES
    )
    return Wording(made, sentences["under"], sentences["answering"], sentences["says"])  # type: ignore[arg-type]


def _filled(sentence: str, words: Mapping[str, str]) -> str:
    """A sentence with its gaps filled; braces in the words stay what they are."""
    head, gap, tail = sentence.partition("{")
    name, end, rest = tail.partition("}")
    if not gap or not end or name not in words:
        return sentence
    return head + words[name] + rest


def _short(text: str, length: int) -> str:
    """One line; half of a pair of surrogates is no text to a tokenizer and becomes a question mark."""
    text = " ".join(text.split()).encode("utf-8", "replace").decode()
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


@cache
def _packaged() -> dict[str, dict[str, str]]:
    file = resources.files("sentiment.stance.backends").joinpath("hypotheses.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
