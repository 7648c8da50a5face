"""An output in parts, with a list of those that are finished: a run can be stopped at any moment and continued later.

A part appears under its name only when it is complete, and in the list only after that. The list is a file of one line
per part; a line that was cut off by a crash counts as not written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sentiment.errors import InputError
from sentiment.outputs import whole_file

MANIFEST = "_manifest.jsonl"
"""Readers of Parquet and Hive folders pass over names that begin with ``_``."""
VERSION = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part: what it was made of, its files, and what there is to say about it."""

    number: int
    key: str
    files: dict[str, int]
    """Name within the folder -> bytes."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Counts and messages, for the sum at the end."""


class Folder:
    """A folder of parts.

    Args:
        path: the folder; made if it is not there.
        settings: everything that the rows depend on besides the input. A folder that was begun with others is refused.

    Raises:
        InputError: the folder holds something else, or was begun with other settings.
    """

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        self.path = path
        self.parts: dict[int, Part] = {}
        self._new: set[int] = set()
        self._kept: set[int] = set()
        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is a file; an output in parts needs a folder")
        path.mkdir(parents=True, exist_ok=True)
        self._manifest = path / MANIFEST
        head = {"version": VERSION, "settings": json.loads(json.dumps(settings, default=str))}
        if self._manifest.exists():
            self._load(head)
        else:
            if any(not entry.name.startswith(".") for entry in path.iterdir()):
                raise InputError(f"{path} is not empty and has no {MANIFEST}: choose another folder for the output")
            with whole_file(self._manifest, binary=True) as file:
                file.write(_line(head))
        for left in path.rglob(".*"):  # of a run that was killed
            if left.is_file() and left.name.startswith((".part-", f".{MANIFEST}")):
                left.unlink(missing_ok=True)

    def _load(self, head: dict[str, Any]) -> None:
        *lines, rest = self._manifest.read_bytes().split(b"\n")
        if rest:  # cut off in the middle of a line
            with whole_file(self._manifest, binary=True) as file:
                file.write(b"".join(line + b"\n" for line in lines))
        try:
            found = [json.loads(line) for line in lines]
            for entry in found[1:]:
                self.parts[entry["number"]] = Part(**entry)
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"{self._manifest} is damaged ({error}): choose another folder, or remove this one"
            ) from error
        if not found or found[0].get("version") != VERSION:
            raise InputError(f"{self._manifest} is of another version: choose another folder for the output")
        was, now = found[0]["settings"], head["settings"]
        other = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        if other:
            raise InputError(
                f"{self.path} was begun with other settings ({', '.join(sorted(other))}): choose another folder, or remove it"
            )

    def has(self, number: int, key: str) -> bool:
        """Whether a part is finished, of the same input and still there; it then counts as part of this run."""
        part = self.parts.get(number)
        if part is None or part.key != key:
            return False
        for name, size in part.files.items():
            try:
                if (self.path / name).stat().st_size != size:
                    return False
            except OSError:
                return False
        self._kept.add(number)
        return True

    def add(self, number: int, key: str, files: Mapping[str, Callable[[Path], object]], facts: dict[str, Any]) -> None:
        """Write the files of a part, then its line.

        Args:
            number: its place in the run.
            key: what it was made of.
            files: name within the folder -> a function that writes it, in one step, where it is told to.
            facts: what there is to say about it.
        """
        sizes = {}
        for name, write in files.items():
            place = self.path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            write(place)
            with place.open("rb") as file:
                os.fsync(file.fileno())
            sizes[name] = place.stat().st_size
        before = self.parts.get(number)
        for name in before.files if before else ():
            if name not in sizes:
                (self.path / name).unlink(missing_ok=True)
        part = Part(number, key, sizes, facts)
        entry = {"number": number, "key": key, "files": sizes, "facts": facts}
        with self._manifest.open("ab") as manifest:
            manifest.write(_line(entry))
            manifest.flush()
            os.fsync(manifest.fileno())
        self.parts[number] = part
        self._new.add(number)

    def finish(self) -> list[Part]:
        """The parts of this run in order; those of an earlier one with more input are removed."""
        ours = self._new | self._kept
        gone = [part for number, part in self.parts.items() if number not in ours]
        for part in gone:
            for name in part.files:
                (self.path / name).unlink(missing_ok=True)
            del self.parts[part.number]
        if gone:
            head = self._manifest.read_bytes().split(b"\n", 1)[0]
            with whole_file(self._manifest, binary=True) as file:
                file.write(head + b"\n")
                for part in self.parts.values():
                    entry = {"number": part.number, "key": part.key, "files": part.files, "facts": part.facts}
                    file.write(_line(entry))
        return [self.parts[number] for number in sorted(self.parts)]

    @property
    def made(self) -> int:
        """Parts that this run made."""
        return len(self._new)

    @property
    def kept(self) -> int:
        """Parts that were there."""
        return len(self._kept)


def is_folder(output: str) -> bool:
    """Whether an output is a folder: named with a slash at its end, or there already."""
    return output.endswith(("/", os.sep)) or (output != "-" and Path(output).is_dir())


def safe(value: object) -> str:
    """A value as part of a folder's name, as Hive and pyarrow write it."""
    from urllib.parse import quote

    return quote(str(value if value not in (None, "") else "__HIVE_DEFAULT_PARTITION__"), safe=" ")


def groups(rows: Iterable[dict[str, Any]], by: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """Rows by the folder that they belong into, such as ``outlet=a.example/language=it/``, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        folder = "".join(f"{name}={safe(row[name])}/" for name in by)
        found.setdefault(folder, []).append(row)
    return dict(sorted(found.items()))


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
