"""The data files that come with the package."""

from __future__ import annotations

import sys
from pathlib import Path


def shipped(package: str, name: str) -> bytes:
    """The bytes of a file in the folder of an imported package, by the loader that found the package.

    ``importlib.resources`` and ``pkgutil`` do the same and cost a process 20 ms of imports before the first file.
    """
    module = sys.modules[package]
    data: bytes = module.__spec__.loader.get_data(str(Path(module.__file__ or "").with_name(name)))  # type: ignore[union-attr]
    return data
