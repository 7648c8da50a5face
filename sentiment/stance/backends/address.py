"""Where a server is, and which key goes to it: a key that was made for one server is not shown to another."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from sentiment.errors import ModelError

OPENAI = "https://api.openai.com/v1"
KEY_VARIABLE = "SENTIMENT_LLM_API_KEY"
"""A key for whatever server ``--base-url`` names. ``OPENAI_API_KEY`` goes to ``OPENAI_BASE_URL`` only, or to OpenAI."""
NO_KEY = "none"
"""What is sent as the key where there is none: local servers ask for no particular one."""

_KEY_LIKE = re.compile(r"\b(?:sk|pk|key|gsk|xai)-[\w*.\-]{6,}|(?i:bearer)\s+[\w*.\-]+")


def address(given: str | None) -> str:
    """The server's address without a slash at its end.

    Raises:
        ModelError: It is none, or it holds a password, which would end up in messages and logs.
    """
    url = (given or os.environ.get("OPENAI_BASE_URL") or OPENAI).rstrip("/")
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise ModelError(f"--base-url {url!r} is no address; it looks like http://localhost:11434/v1")
    if parts.username or parts.password or parts.query:
        raise ModelError(f"--base-url holds a name, a password or a query; give a key in {KEY_VARIABLE} instead")
    return url


def api_key(url: str) -> str:
    """The key for a server, from the environment and nowhere else."""
    own = os.environ.get(KEY_VARIABLE)
    if own:
        return own
    theirs = (os.environ.get("OPENAI_BASE_URL") or OPENAI).rstrip("/")
    return os.environ.get("OPENAI_API_KEY") or NO_KEY if url == theirs else NO_KEY


def without_keys(text: str, key: str) -> str:
    """A server's message in one line of at most 200 characters, with anything that may be a key taken out."""
    if len(key) > len(NO_KEY):
        text = text.replace(key, "***")
    return _KEY_LIKE.sub("***", " ".join(text.split()))[:200]
