"""The target: what a stance is toward, as data.

A target is a TOML file. Packaged ones stand in ``targets/`` and are found by slug; any other is given by its path.
Nothing about a particular target is written in code.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from sentiment.errors import TargetError
from sentiment.records import STANCES

ENTITIES = ("aliases", "allies", "opponents", "rivals", "regulators", "places", "home", "readers")
"""The groups of names a target may list per language; each becomes an entity that features can be near to."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")

Words = Mapping[str, tuple[str, ...]]
"""Language -> words, phrases and stems (``protect*``). The language ``any`` holds for all."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a stance is toward."""

    slug: str
    name: str
    codebook_version: str
    """Version of the codebook that its labels follow."""
    statements: Mapping[str, str]
    """Language -> the statement that a comment is for or against."""
    questions: Mapping[str, str]
    """Language -> the question that an annotator answers."""
    entities: Mapping[str, Words] = field(default_factory=dict)
    """Group of :data:`ENTITIES` -> words per language."""
    cues: Mapping[str, Words] = field(default_factory=dict)
    """Concept -> words per language: what readers say, whatever language they say it in."""
    reasons: Mapping[str, Words] = field(default_factory=dict)
    """Theme that a report counts -> words per language."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Theme or cue -> its name in a sentence."""
    hypotheses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Stance -> language -> a full sentence that holds where a comment has this stance, for entailment models."""
    digest: str = ""
    """sha256 of the words a model depends on; a model made with others is refused."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the target is worded."""
        return tuple(self.statements)

    def statement(self, language: str) -> str:
        """The statement in a language, or in the first one that the target is worded in."""
        return self.statements.get(language) or next(iter(self.statements.values()))

    def question(self, language: str) -> str:
        """The annotator's question in a language, or in the first one; the statement where there is none."""
        return self.questions.get(language) or next(iter(self.questions.values()), self.statement(language))


def load_target(name_or_path: str | Path) -> Target:
    """Load a target by slug or from a file.

    Args:
        name_or_path: The slug of a packaged target, the path of a TOML file, or a folder with ``target.toml`` in it.

    Returns:
        The target.

    Raises:
        TargetError: Nothing of that name, or the file is not a valid target.
    """
    return _parsed(*_read(name_or_path))


@lru_cache(maxsize=8)
def _parsed(text: str, where: str) -> Target:
    """The target of a file's text: a command asks several times, and reading the packaged one takes 50 ms."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TargetError(f"{where} is not valid TOML: {error}") from None
    return _build(data, where)


def list_targets() -> list[str]:
    """The slugs of the packaged targets."""
    folder = resources.files("sentiment.stance").joinpath("targets")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def new_target(slug: str, folder: Path) -> Path:
    """Write the skeleton of a target and its codebook.

    Args:
        slug: Lower-case letters, digits and hyphens.
        folder: Where the folder ``slug`` is made.

    Returns:
        The folder that was made, with ``target.toml`` and ``codebook.md``.

    Raises:
        TargetError: The slug is not one, or the folder is already there.
    """
    if not _SLUG.fullmatch(slug):
        raise TargetError(f"{slug!r} is not a slug: lower-case letters, digits and hyphens, such as 'wind-farm'")
    place = Path(folder) / slug
    if place.exists():
        raise TargetError(f"{place} is already there; choose another slug, or edit {place / 'target.toml'}")
    skeleton = resources.files("sentiment.stance").joinpath("skeleton")
    place.mkdir(parents=True)
    for name in ("target.toml", "codebook.md"):
        text = skeleton.joinpath(name).read_text(encoding="utf-8").replace("SLUG", slug)
        (place / name).write_text(text, encoding="utf-8")
    return place


def describe(target: Target) -> list[str]:
    """A target as lines to print."""
    lines = [f"{target.slug}: {target.name} (codebook {target.codebook_version})"]
    for kind, words in (("statement", target.statements), ("question", target.questions)):
        lines += ["", kind, *(f"  {language}  {text}" for language, text in words.items())]
    for kind, table in (("entities", target.entities), ("cues", target.cues), ("reasons", target.reasons)):
        lines += ["", kind]
        for name, words_of in table.items():
            counts = ", ".join(f"{language} {len(words)}" for language, words in words_of.items())
            sample = ", ".join(word for words in words_of.values() for word in words[:2])
            title = f" ({target.titles[name]})" if name in target.titles else ""
            lines.append(f"  {name}{title}: {counts}; {sample} ...")
    return lines


def _read(name_or_path: str | Path) -> tuple[str, str]:
    path = Path(name_or_path)
    if path.is_dir():
        path = path / "target.toml"
    try:
        if path.suffix == ".toml" or path.is_file():
            return path.read_text(encoding="utf-8"), str(path)
    except FileNotFoundError:
        raise TargetError(f"{path} is not there; packaged targets: {', '.join(list_targets())}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError(f"{path} cannot be read as UTF-8 text: {error}") from None
    name = str(name_or_path)
    if name not in list_targets():
        known = ", ".join(list_targets())
        raise TargetError(f"unknown target {name!r}; known: {known}; or give the path of a target.toml")
    file = resources.files("sentiment.stance").joinpath("targets", f"{name}.toml")
    return file.read_text(encoding="utf-8"), f"{name}.toml"


def _build(data: dict[str, Any], where: str) -> Target:
    for key in ("slug", "name", "codebook", "statement"):
        if key not in data:
            raise TargetError(f"{where} lacks {key!r}; it needs slug, name, codebook and [statement]")
    if not _SLUG.fullmatch(str(data["slug"])):
        raise TargetError(f"{where}: slug {data['slug']!r} must be lower-case letters, digits and hyphens")
    entities = {group: _words(data[group], f"{where} [{group}]") for group in ENTITIES if group in data}
    cues = {name: _words(words, f"{where} [cues.{name}]") for name, words in _table(data, "cues", where).items()}
    reasons = {
        name: _words(words, f"{where} [reasons.{name}]") for name, words in _table(data, "reasons", where).items()
    }
    return Target(
        slug=data["slug"],
        name=str(data["name"]),
        codebook_version=str(data["codebook"]),
        statements={str(k): str(v) for k, v in _table(data, "statement", where).items()},
        questions={str(k): str(v) for k, v in _table(data, "question", where).items()},
        entities=entities,
        cues=cues,
        reasons=reasons,
        titles={str(k): str(v) for k, v in _table(data, "titles", where).items()},
        hypotheses=_hypotheses(data, where),
        digest=_digest(data["slug"], entities, cues),
    )


def _hypotheses(data: Mapping[str, Any], where: str) -> dict[str, dict[str, str]]:
    found = _table(data, "hypothesis", where)
    strange = [name for name in found if name not in STANCES]
    if strange:
        raise TargetError(f"{where}: [hypothesis.{strange[0]}] is for no stance; there are {', '.join(STANCES)}")
    return {
        name: {str(language): str(sentence) for language, sentence in _table(found, name, where).items()}
        for name in found
    }


def _table(data: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise TargetError(f"{where}: {key!r} must be a table such as [{key}], not {value!r}")
    return value


def _words(value: object, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise TargetError(f'{where} must list words per language, such as en = ["cheap*", "good value"]')
    for language, words in value.items():
        if not isinstance(words, list) or not all(isinstance(word, str) and word.strip(" *") for word in words):
            raise TargetError(f"{where}: {language} must be a list of words, phrases and stems such as 'cheap*'")
    return {language: tuple(words) for language, words in value.items()}


def _digest(slug: str, *groups: Mapping[str, Words]) -> str:
    lines: Iterable[str] = (
        f"{name}/{language}/{'|'.join(words)}"
        for group in groups
        for name, table in sorted(group.items())
        for language, words in sorted(table.items())
    )
    return hashlib.sha256("\n".join([slug, *lines]).encode()).hexdigest()
