"""Versions of the codebook: what annotators follow, what changed, and which comments a change sends back to them."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select

from sentiment.annotate import schema
from sentiment.annotate.database import writing
from sentiment.annotate.draws import again
from sentiment.annotate.events import FLAGS
from sentiment.annotate.lines import CODEBOOK
from sentiment.annotate.store import Store, insert
from sentiment.errors import AnnotationError
from sentiment.records import STANCES

Change = Literal["minor", "semantic"]


@dataclass(frozen=True, slots=True)
class Published:
    """A new version, and what it has sent back to the annotators."""

    version: str
    touches: tuple[str, ...]
    requeued: int
    draw: int | None


def current_version(store: Store, otherwise: str) -> str:
    """The version that was published last."""
    found = _latest(store)
    return found[0] if found else otherwise


def adopt(store: Store, markdown: str, version: str) -> str:
    """Take the codebook as the first version, if the store has none; gives the version that holds."""
    if found := _latest(store):
        return found[0]
    _save(store, version, markdown, "first", ())
    return version


def diff(store: Store, markdown: str) -> list[str]:
    """What changed since the version that was published last, as a unified diff."""
    found = _latest(store)
    old = found[1] if found else ""
    name = f"codebook {found[0]}" if found else "nothing published"
    return list(difflib.unified_diff(old.splitlines(), markdown.splitlines(), name, "codebook.md", lineterm="", n=2))


def touched(store: Store, markdown: str) -> tuple[str, ...]:
    """The stances and flags whose rules differ: named in a changed line, or in the heading above it."""
    found = _latest(store)
    old = (found[1] if found else "").splitlines()
    new = markdown.splitlines()
    names: set[str] = set()
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            for lines, start, stop in ((old, a, b), (new, c, d)):
                for at in range(start, stop):
                    names |= _named(lines[at]) | _named(_heading(lines, at))
    return tuple(name for name in (*STANCES, *FLAGS) if name in names)


def publish(
    store: Store, markdown: str, *, version: str, kind: Change, touches: tuple[str, ...] | None = None
) -> Published:
    """Make a new version hold; a semantic one sends the labels that it touches back to the annotators.

    Args:
        store: where labels lie.
        markdown: the new text.
        version: its version.
        kind: ``minor`` (wording, examples) sends nothing back.
        touches: stances and flags whose labels are asked for again; None reads them off the changed lines.

    Raises:
        AnnotationError: the version is there already, nothing changed, or a semantic change touches nothing.
    """
    found = _latest(store)
    if found and hashlib.sha256(markdown.encode()).hexdigest() == hashlib.sha256(found[1].encode()).hexdigest():
        raise AnnotationError(f"the codebook is word for word version {found[0]}; edit codebook.md first")
    if is_version(store, version):
        raise AnnotationError(f"version {version} is published already; raise `version:` at the top of codebook.md")
    names = touched(store, markdown) if touches is None else touches
    if unknown := [name for name in names if name not in (*STANCES, *FLAGS)]:
        raise AnnotationError(f"{unknown[0]!r} is no stance and no flag; choose from {', '.join((*STANCES, *FLAGS))}")
    if kind == "semantic" and not names:
        raise AnnotationError("no changed line names a stance or a flag; say which labels change with --touches")
    _save(store, version, markdown, kind, names)
    if kind == "minor":
        return Published(version, names, 0, None)
    items = _labelled_with(store, names)
    return Published(version, names, len(items), again(store, items, cause=version))


def is_version(store: Store, version: str) -> bool:
    """Whether this version was published."""
    return bool(store.rows("SELECT version FROM codebook WHERE version = :version", version=version))


def current_text(store: Store) -> str | None:
    """The text of the version that was published last."""
    found = _latest(store)
    return found[1] if found else None


def take(store: Store, given: Iterable[Mapping[str, Any]], problems: list[str]) -> int:
    """Take in versions that were published elsewhere; gives how many were new.

    Where the same version has other words here, those stay, and it is added to the problems.
    """
    new = 0
    for line in given:
        row = {name: line[name] for name in CODEBOOK}
        if hashlib.sha256(row["markdown"].encode()).hexdigest() != row["sha256"]:
            raise AnnotationError(
                f"version {row['version']} of the codebook was changed in the file; restore it from git"
            )
        there = store.rows("SELECT sha256 FROM codebook WHERE version = :version", version=row["version"])
        if not there:
            with writing(store.engine) as connection:
                connection.execute(insert(connection, schema.codebook).on_conflict_do_nothing(), row)
            new += 1
        elif there[0]["sha256"] != row["sha256"]:
            problems.append(
                f"version {row['version']} of the codebook has other words here; the words here stay: "
                "publish what the two agree on as a new version"
            )
    return new


def without_head(markdown: str) -> str:
    """The text that people read: without the lines between ``---`` at its start."""
    if markdown.startswith("---\n") and "\n---\n" in markdown:
        return markdown.split("\n---\n", 1)[1].lstrip("\n")
    return markdown


def version_of(markdown: str) -> str | None:
    """The ``version:`` in the head of the text."""
    head = re.match(r"---\n(.*?)\n---\n", markdown, re.S)
    found = re.search(r"^version:\s*(\S+)", head[1], re.M) if head else None
    return found[1] if found else None


def _labelled_with(store: Store, names: tuple[str, ...]) -> dict[str, int]:
    """Comments with a label or a flag of these names -> how many annotators labelled them."""
    items: dict[str, int] = {}
    affected = set()
    for row in store.stream("SELECT item, stance, flags FROM label_current ORDER BY item, annotator"):
        items[row["item"]] = items.get(row["item"], 0) + 1
        if row["stance"] in names or set(row["flags"].split()) & set(names):
            affected.add(row["item"])
    return {item: count for item, count in items.items() if item in affected}


def _latest(store: Store) -> tuple[str, str] | None:
    table = schema.codebook
    found = store.rows(
        select(table.c.version, table.c.markdown).order_by(table.c.at.desc(), table.c.version.desc()).limit(1)
    )
    return (found[0]["version"], found[0]["markdown"]) if found else None


def _save(store: Store, version: str, markdown: str, kind: str, touches: tuple[str, ...]) -> None:
    row = {
        "version": version,
        "sha256": hashlib.sha256(markdown.encode()).hexdigest(),
        "markdown": markdown,
        "kind": kind,
        "touches": " ".join(touches),
    }
    with writing(store.engine) as connection:
        # the last one published must sort last, also after the clock was set back
        last = connection.scalar(select(func.max(schema.codebook.c.at)))
        now = datetime.now(UTC)
        if last:
            now = max(now, datetime.fromisoformat(last) + timedelta(microseconds=1))
        connection.execute(schema.codebook.insert(), row | {"at": now.isoformat(timespec="microseconds")})


def _named(line: str) -> set[str]:
    words = set(re.findall(r"[a-z]+", line.lower()))
    return {name for name in (*STANCES, *FLAGS) if name in words}


def _heading(lines: list[str], at: int) -> str:
    return next((lines[i] for i in range(at, -1, -1) if lines[i].startswith("#")), "")
