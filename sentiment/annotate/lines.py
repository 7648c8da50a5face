"""Files with one JSON object on each line, read with their line numbers and checked against what a line must hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any

from sentiment.errors import AnnotationError

Form = Mapping[str, tuple[type, ...]]
"""Field -> what it may be; one that may be nothing may also be missing."""

PAGE: Form = dict.fromkeys(("id", "outlet", "title", "url", "language", "body"), (str,))
ITEM: Form = {
    "id": (str,),
    "text": (str,),
    "page_id": (str, NoneType),
    "parent_id": (str, NoneType),
    "position": (int, NoneType),
    "language": (str, NoneType),
    "quote": (str, NoneType),
    "meta": (str, NoneType),
    "page": (dict, NoneType),
}
DRAW: Form = {
    **dict.fromkeys(("id", "purpose", "sampler", "params", "frame_sha256", "codebook", "at"), (str,)),
    "frame_size": (int,),
    "number": (int, NoneType),
    "seed": (int, NoneType),
    "model": (str, NoneType),
}
DRAWN: Form = {"draw": (str,), "items": (list,)}
CODEBOOK: Form = dict.fromkeys(("version", "sha256", "markdown", "kind", "touches", "at"), (str,))
ANNOTATOR: Form = dict.fromkeys(("handle", "role", "languages", "at"), (str,))

_NAMES = {str: "a text", int: "a number", float: "a number", dict: "an object", list: "a list"}


def lines(
    path: Path, problems: list[str], check: Callable[[dict[str, Any]], object] = lambda _: None
) -> Iterator[dict[str, Any]]:
    """The objects of a file; one that is cut off at the end is left out and reported, a missing file has none.

    Args:
        path: the file.
        problems: where what was left out is reported.
        check: raises where an object is not what it should be.

    Raises:
        AnnotationError: names the file, the line and what is wrong there.
    """
    if not path.exists():
        return
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    found = _object(line)
                except UnicodeDecodeError as error:
                    raise AnnotationError(
                        f"{path}, line {number} is not UTF-8 text ({error.reason}); save it as UTF-8"
                    ) from error
                except ValueError as error:
                    if line.endswith(b"\n"):
                        raise AnnotationError(
                            f"{path}, line {number}: {error}; restore it, for instance from git"
                        ) from error
                    problems.append(f"{path}, line {number}: cut off, left out")
                    return
                try:
                    check(found)
                except AnnotationError as error:
                    raise AnnotationError(f"{path}, line {number}: {error}") from error
                yield found
    except OSError as error:
        raise AnnotationError(f"cannot read {path}: {error.strerror}") from error


def fits(form: Form) -> Callable[[dict[str, Any]], None]:
    """A check that an object has the fields of a form."""

    def check(found: dict[str, Any]) -> None:
        for name, kinds in form.items():
            value = found.get(name)
            if isinstance(value, bool) or not isinstance(value, kinds):
                wanted = " or ".join(_NAMES[kind] for kind in kinds if kind is not NoneType)
                raise AnnotationError(f"{name!r} must be {wanted}, found {value!r:.60}")

    return check


def item(found: dict[str, Any]) -> None:
    """Check a line of ``items.jsonl``."""
    fits(ITEM)(found)
    if found.get("page") is not None:
        fits(PAGE)(found["page"])


def draw(found: dict[str, Any]) -> None:
    """Check a line of ``draws.jsonl``: the head of a draw, or some of its comments."""
    if "draw" not in found:
        fits(DRAW)(found)
        return
    fits(DRAWN)(found)
    for row in found["items"]:
        kinds: tuple[tuple[type, ...], ...] = ((str,), (str,), (int, float, NoneType), (int,))
        if (
            not isinstance(row, list)
            or len(row) != len(kinds)
            or not all(isinstance(value, kind) for value, kind in zip(row, kinds, strict=True))
        ):
            raise AnnotationError(f"expected comment, stratum, probability and places, found {row!r:.60}")
        if row[2] is not None and not 0 < row[2] <= 1:
            raise AnnotationError(f"comment {row[0]}: {row[2]} is not a probability above 0")


def annotator(found: dict[str, Any]) -> None:
    """Check a line of ``annotators.jsonl``."""
    fits(ANNOTATOR)(found)
    if not found["handle"].strip():
        raise AnnotationError("an annotator has no name")


def _object(line: bytes) -> dict[str, Any]:
    found = json.loads(line.decode("utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"expected an object, found {type(found).__name__}")
    return found
