"""Zip and tar archives: members are read one after the other in memory, nothing is ever written to disk."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from sentiment.errors import InputError
from sentiment.records import Skipped
from sentiment.sources import manifest
from sentiment.sources.blob import Blob, Item, seekable, too_large
from sentiment.sources.compressed import HARMLESS
from sentiment.sources.manifest import Entry, Manifest
from sentiment.sources.options import ReadOptions
from sentiment.sources.paths import LARGEST_FRAME, companion_file, is_companion
from sentiment.sources.reading import read_blob

_DEEPEST = 2  # an archive in an archive
_MANY = 1_000_000  # members whose names are remembered
_OFFICE = {
    "[Content_Types].xml": "an Office document; save it as CSV (a table) or as text",
    "META-INF/container.xml": "an e-book; save it as text",
    "META-INF/manifest.xml": "an office document; save it as CSV (a table) or as text",
}


def read_zip(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """The members of a zip archive."""
    _refuse_depth(blob)
    with closing(seekable(blob, options.max_bytes)) as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise InputError(f"a damaged zip archive ({error})") from error
        with archive:
            yield from _zip_members(blob, archive, options)


def _zip_members(blob: Blob, archive: zipfile.ZipFile, options: ReadOptions) -> Iterator[Item]:
    contents = Contents()
    for info in archive.infolist():
        if reason := _OFFICE.get(info.filename):
            raise InputError(reason)
        contents.add(info.filename)
        if _base(info.filename) == manifest.NAME and not info.flag_bits & 1 and info.file_size <= options.max_bytes:
            contents.manifest(blob, info.filename, archive.read(info))
    members, total = 0, 0
    for info in archive.infolist():
        if info.is_dir() or not contents.wants(info.filename):
            continue
        members += 1
        total += min(info.file_size, options.max_bytes)
        if total > options.max_unpacked:
            yield _too_much(blob, options)
            return
        source = _member_source(blob, info.filename)
        try:
            data = _zip_member(archive, info, options)
        except InputError as error:
            yield Skipped(source, str(error))
            continue
        member = _member(blob, source, info.filename, data, contents)
        beside = partial(_zip_companion, archive, info.filename, options)
        yield from read_blob(replace(member, beside=beside), options)
    if not members:
        raise InputError("an archive without any file to read")


def _zip_companion(archive: zipfile.ZipFile, page: str, options: ReadOptions, address: str) -> bytes | None:
    name = companion_file(_base(page), address)
    try:
        info = archive.getinfo(_folder(page) + name) if name else None
        return _zip_member(archive, info, options) if info and info.file_size <= LARGEST_FRAME else None
    except (KeyError, InputError):
        return None


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, options: ReadOptions) -> bytes:
    if info.flag_bits & 1:
        raise InputError("encrypted; unpack it with its password")
    if info.file_size > options.max_bytes:
        raise too_large(info.file_size, options.max_bytes)
    if info.file_size > HARMLESS and info.file_size > options.max_ratio * max(info.compress_size, 1):
        raise InputError(f"unpacks to more than {options.max_ratio} times its size: a bomb? raise max_ratio to read it")
    try:
        return archive.read(info)  # gives no more than the size that was checked
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise InputError(f"damaged in the archive ({error})") from error
    except Exception as error:  # zlib and lzma have errors of their own
        raise InputError(f"damaged in the archive ({error})") from error


def read_tar(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """The members of a tar archive, in two passes: names and manifests, then one member after the other."""
    _refuse_depth(blob)
    contents = Contents()
    for info, archive in _tar_members(blob):
        if info is None:
            break
        contents.add(info.name)
        if info.isfile() and _base(info.name) == manifest.NAME:
            contents.manifest(blob, info.name, _tar_member(archive, info, options.max_bytes))
    members, total = 0, 0
    for info, archive in _tar_members(blob):
        if info is None:
            yield Skipped(blob.source, "the tar archive breaks off; what was read before is kept")
            return
        if info.isdir() or not contents.wants(info.name):
            continue
        members += 1
        total += min(info.size, options.max_bytes)
        if total > options.max_unpacked:
            yield _too_much(blob, options)
            return
        source = _member_source(blob, info.name)
        if not info.isfile():
            yield Skipped(source, "a link or a device, not a file")
        elif info.size > options.max_bytes:
            yield Skipped(source, str(too_large(info.size, options.max_bytes)))
        else:
            try:
                data = _tar_member(archive, info, options.max_bytes)
            except tarfile.TarError:
                yield Skipped(source, "breaks off with the archive")
                continue
            yield from read_blob(_member(blob, source, info.name, data, contents), options)
    if not members:
        raise InputError("an archive without any file to read")


def _tar_members(blob: Blob) -> Iterator[tuple[tarfile.TarInfo | None, tarfile.TarFile]]:
    """Members in their order, and None in the place where the archive breaks off."""
    with closing(blob.open()) as stream:
        try:
            archive = tarfile.open(fileobj=stream, mode="r|")  # noqa: SIM115
        except tarfile.TarError as error:
            raise InputError(f"a damaged tar archive ({error})") from error
        with archive:
            while True:
                try:
                    info = archive.next()
                except (tarfile.TarError, ValueError):
                    yield None, archive
                    return
                if info is None:
                    return
                archive.members.clear()  # type: ignore[attr-defined]  # they would add up
                yield info, archive


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, limit: int) -> bytes:
    if info.size > limit:
        return b""
    stream = archive.extractfile(info)
    return stream.read() if stream else b""


@dataclass(slots=True)
class Contents:
    """The names in an archive, and the manifests among them."""

    names: dict[str, set[str]] = field(default_factory=dict)
    """By folder (with a ``/`` at its end), the files in it."""
    manifests: dict[str, Manifest] = field(default_factory=dict)
    count: int = 0

    def add(self, name: str) -> None:
        """Remember a name."""
        if self.count < _MANY:
            self.count += 1
            self.names.setdefault(_folder(name), set()).add(_base(name))

    def manifest(self, blob: Blob, name: str, data: bytes) -> None:
        """Read a manifest of a folder in the archive.

        Raises:
            InputError: it is not valid.
        """
        self.manifests[_folder(name)] = manifest.parse(data, _member_source(blob, name))

    def wants(self, name: str) -> bool:
        """Whether a member is to be read: not hidden, not a manifest, not a companion of a saved page."""
        *folders, base = name.replace("\\", "/").split("/")
        if base == manifest.NAME or any(
            part.startswith(".") and part != "." and part != ".." for part in (*folders, base)
        ):
            return False
        if "__MACOSX" in folders:
            return False
        above = ""
        for folder in folders:
            if is_companion(folder, self.names.get(above, ())):
                return False
            above += f"{folder}/"
        return True

    def entry(self, name: str) -> Entry:
        """What the nearest manifest that lists a member says of it."""
        for folder in sorted(self.manifests, key=len, reverse=True):
            if name.startswith(folder) and (entry := self.manifests[folder].get(name[len(folder) :])):
                return entry
        return Entry()


def _folder(name: str) -> str:
    folder, slash, _ = name.replace("\\", "/").rpartition("/")
    return folder + slash


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _member_source(blob: Blob, name: str) -> str:
    return f"{blob.source}::{name}"


def _member(blob: Blob, source: str, name: str, data: bytes, contents: Contents) -> Blob:
    entry = contents.entry(name)
    if entry.outlet is None:  # what is known of the archive holds for all in it, except an address
        entry = Entry(entry.url, blob.manifest.outlet, entry.note)
    return Blob(source, _base(name), partial(io.BytesIO, data), len(data), entry, blob.depth + 1)


def _refuse_depth(blob: Blob) -> None:
    if blob.depth >= _DEEPEST:
        raise InputError("an archive in an archive in an archive; unpack the outer one")


def _too_much(blob: Blob, options: ReadOptions) -> Skipped:
    limit = f"{options.max_unpacked:,} bytes"
    return Skipped(blob.source, f"unpacks to more than {limit}; the rest was left; raise max_unpacked to read it")
