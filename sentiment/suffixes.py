"""The registrable domain of a host name, by the list of public suffixes that comes with tldextract.

tldextract itself is asked only for what needs more than the list: its import brings an HTTP client with it, 0.1 s that
most runs would spend on one look-up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tldextract.tldextract import ExtractResult

_SNAPSHOT = ".tld_set_snapshot"
_PRIVATE = "// ===BEGIN PRIVATE DOMAINS==="
"""Behind it stand suffixes of hosting services, which are no registries: blogspot.com is an outlet."""


def registrable(host: str) -> str:
    """The registrable domain of a host name in lower case, ``bbc.co.uk`` of ``news.bbc.co.uk``; empty if it has none."""
    rules = _rules()
    labels = host.split(".")
    if not rules or not host.isascii() or "xn--" in host or "" in labels:
        return _asked(host)
    for place in range(len(labels)):  # the longest rule counts
        rest = ".".join(labels[place:])
        if f"!{rest}" in rules:
            return rest
        if rest in rules or ("*." + ".".join(labels[place + 1 :])) in rules:
            return ".".join(labels[place - 1 :]) if place else ""
    return ""


@cache
def _rules() -> frozenset[str]:
    """The lines of the list, those of registries; empty where tldextract keeps it elsewhere."""
    spec = find_spec("tldextract")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder, _SNAPSHOT)
        if file.is_file():
            return frozenset(file.read_text(encoding="utf-8").partition(_PRIVATE)[0].split("\n"))
    return frozenset()


def _asked(host: str) -> str:
    return _extractor()(host).top_domain_under_public_suffix


@cache
def _extractor() -> Callable[[str], ExtractResult]:
    import tldextract

    # the list of suffixes that comes with the package: no network, the same answer everywhere
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
