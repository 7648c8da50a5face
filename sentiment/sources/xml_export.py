"""XML exports are read element by element: no DTD, no entities of their own, no network, names without namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

from sentiment.errors import InputError
from sentiment.sources.blob import Blob, too_large
from sentiment.sources.decode import as_found
from sentiment.sources.options import ReadOptions

Element = Any  # lxml is published without type information

_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:disqus|rss|feed|RDF)\b")
_DECLARES = re.compile(r"<!ENTITY|<!DOCTYPE[^>\[]{0,1000}\[")


class BreaksOffError(InputError):
    """The XML ends before its end; what was given before stays good."""


def elements(blob: Blob, options: ReadOptions, parent: str, *names: str) -> Iterator[Element]:
    """The elements with one of these local names directly below ``parent``, each whole, one held at a time.

    Raises:
        InputError: the file is too large or declares entities.
        BreaksOffError: at the end of what could be read, if that is not the end of the document.
    """
    from lxml import etree

    if blob.size is not None and blob.size > options.max_bytes:
        raise too_large(blob.size, options.max_bytes)
    head = as_found(blob.head())[0]
    root = _ROOT.search(head)
    if _DECLARES.search(head[: root.start()] if root else head):
        raise InputError("XML that declares entities of its own, which is not read; expected a plain export")
    with closing(blob.open()) as opened:
        stream = _Stream(opened)
        # without huge_tree the parser itself bounds depth and the size of a text
        context = etree.iterparse(
            stream,
            events=("end",),
            tag=[f"{{*}}{name}" for name in (parent, *names)],
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            attribute_defaults=False,
            remove_comments=True,
            remove_pis=True,
        )
        whole = False
        for _, element in context:
            if stream.ended:
                break  # from here on the parser closes what the file left open
            above = element.getparent()
            name = local(element)
            if name == parent:
                whole = True
            elif name in names and above is not None and local(above) == parent:
                yield element
                element.clear(keep_tail=False)
                while element.getprevious() is not None:
                    del above[0]
        if not whole:
            raise BreaksOffError("the XML breaks off; what was read before is kept")


class _Stream:
    """A stream that knows whether its end was seen."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.ended = False

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.ended = not data
        return data


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(element: Element, *names: str) -> str:
    """The text of the first child with one of these local names; empty if there is none."""
    for name in names:
        for child in element:
            if local(child) == name and (text := "".join(child.itertext()).strip()):
                return str(text)
    return ""


def child_of(element: Element, name: str) -> Element | None:
    """The first child with this local name."""
    return next((child for child in element if local(child) == name), None)


def attribute(element: Element | None, name: str) -> str:
    """An attribute by its local name; empty if there is none."""
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
