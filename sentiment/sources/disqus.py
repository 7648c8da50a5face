"""The XML export of Disqus, where a page is called a thread and a comment a post."""

from __future__ import annotations

from collections.abc import Iterator

from sentiment.records import Skipped
from sentiment.sources.blob import Blob, Item
from sentiment.sources.dates import machine_date
from sentiment.sources.gather import Found, Thread, page
from sentiment.sources.options import ReadOptions
from sentiment.sources.prose import prose
from sentiment.sources.webpage import web_address
from sentiment.sources.xml_export import BreaksOffError, Element, attribute, child_of, elements, text_of

RULE = "disqus export"


def read_disqus(blob: Blob, options: ReadOptions) -> Iterator[Item]:
    """A page for each thread that is not deleted; posts may stand anywhere in the file."""
    threads: dict[str, Thread] = {}
    deleted: set[str] = set()
    broken = None
    try:
        for element in elements(blob, options, "disqus", "thread", "post"):
            identity = attribute(child_of(element, "thread"), "id")
            if identity:
                _post(element, threads.setdefault(identity, Thread(identity)))
            elif _true(element, "isDeleted"):
                deleted.add(attribute(element, "id"))
            else:
                _thread(element, threads)
    except BreaksOffError as error:
        broken = str(error)
    for identity, thread in threads.items():
        if identity not in deleted:
            yield page(blob, thread, RULE)
    if deleted:
        yield Skipped(blob.source, f"{len(deleted)} threads that are deleted")
    if broken:
        yield Skipped(blob.source, broken)


def _thread(element: Element, threads: dict[str, Thread]) -> None:
    identity = attribute(element, "id")
    thread = threads.setdefault(identity, Thread(identity))
    thread.url = web_address(text_of(element, "link"))
    thread.title = text_of(element, "title") or None
    thread.body = prose(text_of(element, "message")).text
    thread.published = machine_date(text_of(element, "createdAt"))


def _post(element: Element, thread: Thread) -> None:
    left_out = thread.left_out
    if _true(element, "isDeleted"):
        left_out["deleted"] += 1
    elif _true(element, "isSpam"):
        left_out["spam"] += 1
    elif text_of(element, "isApproved").lower() == "false":
        left_out["not approved"] += 1
    else:
        words = prose(text_of(element, "message"))
        author = child_of(element, "author")
        thread.add(
            Found(
                text=words.text,
                quote=words.quote,
                id=attribute(element, "id") or None,
                parent=attribute(child_of(element, "parent"), "id") or None,
                author=None if author is None else text_of(author, "name", "username") or None,
                author_url=None if author is None else web_address(text_of(author, "link", "url")),
                date=machine_date(text_of(element, "createdAt")),
            )
        )


def _true(element: Element, name: str) -> bool:
    return text_of(element, name).lower() in ("true", "1")
