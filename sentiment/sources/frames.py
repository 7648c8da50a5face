"""Comments that a page shows in a frame of another site: browsers save the frame as a file or a part of its own.

The frame's content is put in the place of its tag, so that a parser sees what the reader saw. Only frames of comment
systems are taken in; those of advertisements stay out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

# Where comment systems are served from, as it stands in the address of a frame or in what its file says of itself.
_SYSTEMS = (
    "disqus.com/embed",
    "spot.im/",
    "openweb.com",
    "viafoura",
    "hypercomments",
    "cackle.me",
    "facebook.com/plugins/comments",
    "facebook.com/plugins/feedback",
    "vk.com/widget_comments",
    "coralproject",
    "livefyre",
    "intensedebate",
    "commento.io",
    "remark42",
    "hyvor.com",
    "graphcomment",
    "fastcomments",
    "giscus.app",
    "utteranc.es",
    "muut.com",
)
_FRAME = re.compile(
    r"<iframe\b(?=[^>]{0,1500}?\bsrc\s*=\s*[\"']?([^\"'\s>]{1,1000}))[^>]{0,1500}>(?:\s{0,200}</iframe\s*>)?", re.I
)
_BODY = re.compile(r"<body\b[^>]{0,4000}>", re.I)
_WITHIN = 20_000
_MOST = 20  # frames of a page that are looked at


def is_of_comments(address: str, content: str) -> bool:
    """Whether a frame is one of a comment system."""
    words = (address + content[:_WITHIN]).lower()
    return any(system in words for system in _SYSTEMS)


def inline(page: str, content_of: Callable[[str], str | None]) -> str:
    """The page with the frames of comment systems in the place of their tags.

    Args:
        page: HTML.
        content_of: gives the content of a frame by its ``src``, or None if that is not there or not to be taken in.
    """
    looked_at = 0

    def one(match: re.Match[str]) -> str:
        nonlocal looked_at
        looked_at += 1
        content = content_of(unescape(match[1])) if looked_at <= _MOST else None
        return match[0] if content is None else f"<div>{_inner(content)}</div>"

    return _FRAME.sub(one, page) if "<iframe" in page or "<IFRAME" in page else page


def _inner(content: str) -> str:
    begin = _BODY.search(content)
    end = content.lower().rfind("</body")
    return content[begin.end() if begin else 0 : end if end > (begin.end() if begin else 0) else len(content)]
