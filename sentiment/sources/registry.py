"""Which function reads which format: one table, loaded when a format first turns up."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Protocol, cast

from sentiment.sources.blob import Blob, Item
from sentiment.sources.options import ReadOptions


class Reader(Protocol):
    """Gives what is in one file, piece by piece."""

    def __call__(self, blob: Blob, options: ReadOptions) -> Iterator[Item]:
        """Read it.

        Raises:
            InputError: there is nothing in it that can be used; what was given before stays good.
        """
        ...


_READERS = {
    "zip": "archive:read_zip",
    "tar": "archive:read_tar",
    "gzip": "compressed:read_gzip",
    "bzip2": "compressed:read_bzip2",
    "xz": "compressed:read_xz",
    "zstandard": "compressed:read_zstandard",
    "warc": "warc:read_warc",
    "mhtml": "mhtml:read_mhtml",
    "disqus": "disqus:read_disqus",
    "wxr": "wxr:read_wxr",
    "feed": "feed:read_feed",
    "json": "json_files:read_json",
    "jsonl": "jsonl:read_jsonl",
    "table": "tables:read_csv",
    "parquet": "parquet:read_parquet",
    "html": "webpage:read_html",
    "text": "webpage:read_text",
}


def reader(format_name: str) -> Reader:
    """The reader of a format that :func:`sentiment.sources.sniff.sniff` names."""
    module, function = _READERS[format_name].split(":")
    return cast("Reader", getattr(import_module(f"sentiment.sources.{module}"), function))
