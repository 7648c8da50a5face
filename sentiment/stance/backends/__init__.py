"""Stance backends: what stands behind :class:`sentiment.stance.tag.StanceBackend`, found by name, loaded on first use.

This module is light: it imports none of them. A backend is a function ``load(target, options)`` in a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sentiment.errors import ModelError

if TYPE_CHECKING:
    from sentiment.stance.tag import StanceBackend
    from sentiment.stance.target import Target

BACKENDS = {
    "linear": "sentiment.stance.tag:load_linear",
    "nli": "sentiment.stance.backends.nli:load",
    "llm": "sentiment.stance.backends.llm:load",
}
"""Name -> module and function that make the backend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendOptions:
    """Which backend, and how it is to run. What a backend has no use for, it does not read."""

    name: str = "linear"
    """One of :data:`BACKENDS`."""
    model_file: Path | None = None
    """linear: a model file; None takes the packaged one."""
    model: str | None = None
    """nli: a folder, or a model's name on the Hugging Face hub. llm: the model's name on the server."""
    revision: str | None = None
    """nli: branch, tag or commit on the hub."""
    batch: int | None = None
    """nli: sentence pairs per forward pass; llm: comments per prompt. None leaves it to the backend."""
    base_url: str | None = None
    """llm: address of an OpenAI-compatible server; None takes ``OPENAI_BASE_URL``, or OpenAI's own."""
    codebook: str = ""
    """llm: the codebook that annotators follow, as Markdown; empty takes general definitions."""
    cache: Path | None = None
    """llm: file that keeps the answers; None takes ``reader-sentiment/llm.sqlite`` in the user's cache folder."""
    max_requests: int | None = None
    """llm: requests that may be sent, repeated ones included; None sets no bound."""
    concurrency: int = 4
    """llm: requests under way at once."""
    timeout: float = 120.0
    """llm: seconds until a request counts as failed."""
    retries: int = 4
    """llm: how often a request that failed for the moment is repeated."""
    price: tuple[float, float] | None = None
    """llm: price of a million tokens sent and received, for the estimate."""


def make(target: Target, options: BackendOptions) -> StanceBackend:
    """Load the backend that the options name.

    Raises:
        ModelError: There is none of that name, what it needs is not installed, or its model cannot be loaded.
    """
    place = BACKENDS.get(options.name)
    if place is None:
        raise ModelError(f"unknown backend {options.name!r}; there are: {', '.join(BACKENDS)}")
    module, _, function = place.partition(":")
    load: Callable[[Target, BackendOptions], StanceBackend] = getattr(import_module(module), function)
    return load(target, options)
