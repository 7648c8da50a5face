"""Files elsewhere, by address (``s3://``, ``gs://``, ``https://``, ``memory://``): listed and opened through fsspec."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from sentiment.errors import InputError
from sentiment.records import Skipped
from sentiment.sources.blob import Blob
from sentiment.sources.manifest import NAME, Manifest, parse
from sentiment.sources.web_stream import WebStream

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_remote(path: str) -> bool:
    """Whether a path is an address."""
    return _ADDRESS.match(path) is not None


def is_folder(address: str) -> bool:
    """Whether an address is a folder or a pattern, so that what is in it has to be listed."""
    if _is_web(address):
        return False  # the web has pages, not folders; an index is a page too
    if _has_magic(address):
        return True
    system, path = _system(address)
    try:
        return bool(system.isdir(path))
    except Exception as error:
        raise _unreachable(address, error) from error


def walk(address: str) -> Iterator[Blob | Skipped]:
    """The files below an address, or those that a pattern matches, sorted; without hidden ones.

    Raises:
        InputError: it cannot be listed, or a pattern matches nothing.
    """
    system, path = _system(address)
    try:
        found = system.glob(path, detail=True) if _has_magic(address) else system.find(path, detail=True)
    except Exception as error:
        raise _unreachable(address, error) from error
    if _has_magic(address) and not found:
        raise InputError(f"{address}: nothing matches; check the pattern")
    root = path.rstrip("/")
    manifests: dict[str, Manifest] = {}
    for name in sorted(found):
        inside = name.removeprefix(root).lstrip("/")
        parts = PurePosixPath(inside).parts
        if found[name].get("type") == "directory" or any(part.startswith(".") for part in parts) or parts[-1] == NAME:
            continue
        folder = name.rpartition("/")[0]
        if folder not in manifests:
            manifests[folder] = _manifest(system, folder) if f"{folder}/{NAME}" in found else {}
        entry = manifests[folder].get(parts[-1])
        made = _blob(system.unstrip_protocol(name), found[name].get("size"))
        yield made if entry is None else Blob(made.source, made.name, made.open, made.size, entry)


def blob(address: str) -> Blob | Skipped:
    """One file.

    Raises:
        InputError: there is none, or it cannot be reached.
    """
    system, path = _system(address)
    try:
        size = system.info(path).get("size")
    except FileNotFoundError:
        raise InputError(f"{address}: no such file; check the address") from None
    except Exception as error:
        raise _unreachable(address, error) from error
    return _blob(address, size)


def open_remote(address: str) -> BinaryIO:
    """The bytes of a file."""
    system, path = _system(address)
    if _is_web(address):
        return cast("BinaryIO", WebStream(partial(system.open, path, "rb")))
    return cast("BinaryIO", system.open(path, "rb"))


def _blob(address: str, size: int | None) -> Blob:
    name = PurePosixPath(urlsplit(address).path if _is_web(address) else address).name
    return Blob(address, name, partial(open_remote, address), size)


def _manifest(system: Any, folder: str) -> Manifest:
    path = f"{folder}/{NAME}"
    return parse(system.cat_file(path), system.unstrip_protocol(path))


def _system(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise InputError(f"{address}: addresses need fsspec; pip install 'reader-sentiment[remote]'") from None
    try:
        found: tuple[Any, str] = url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise InputError(f"{address}: {error}; pip install 'reader-sentiment[remote]' has the usual ones") from error
    return found


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _has_magic(address: str) -> bool:
    return not _is_web(address) and any(sign in address for sign in "*?[")


def _unreachable(address: str, error: Exception) -> InputError:
    what = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError(f"{address}: cannot be reached ({what}); check the address and your access")
