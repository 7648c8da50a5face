"""Where pages come from: files, archives, exports and tables become documents. The only place that knows formats.

>>> from sentiment.sources import read
>>> for item in read(["saved pages", "comments.zip"]):  # doctest: +SKIP
...     print(item.source)
"""

from __future__ import annotations

from sentiment.sources.decode import Decoded, decode
from sentiment.sources.options import ReadOptions
from sentiment.sources.reading import blobs, read, read_blob

__all__ = ["Decoded", "ReadOptions", "blobs", "decode", "read", "read_blob"]
