"""Where pages come from: files, archives, exports and tables become documents. The only place that knows formats.

>>> from sentiment.sources import read
>>> for item in read(["saved pages", "comments.zip"]):  # doctest: +SKIP
...     print(item.source)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sentiment.sources.decode import Decoded, decode
from sentiment.sources.options import ReadOptions

if TYPE_CHECKING:
    from sentiment.sources.reading import blobs as blobs
    from sentiment.sources.reading import read as read
    from sentiment.sources.reading import read_blob as read_blob

__all__ = ["Decoded", "ReadOptions", "blobs", "decode", "read", "read_blob"]


def __getattr__(name: str) -> object:
    """Files, archives and the network on first use: who has a page in memory needs none of them."""
    if name not in ("blobs", "read", "read_blob"):
        raise AttributeError(f"module 'sentiment.sources' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module("sentiment.sources.reading"), name)
    return value
