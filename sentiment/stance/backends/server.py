"""One OpenAI-compatible server: requests that are counted, bounded, repeated with patience, and asked in its dialect."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sentiment.errors import ModelError
from sentiment.stance.backends.address import address, api_key, without_keys
from sentiment.stance.backends.cache import Cache
from sentiment.stance.backends.dialect import loads

LONGEST_WAIT = 60.0
"""Seconds between two tries, whatever a server asks for."""

_TOO_LONG = (
    "context length",
    "context_length",
    "context size",
    "context window",
    "maximum context",
    "prompt is too long",
)
_FOR_NOW = (408, 409, 425, 429)

logger = logging.getLogger(__name__)


class NoAnswerError(Exception):
    """A request brought nothing; the next one may."""


class DeclinedError(NoAnswerError):
    """The server will not take this prompt; it may take a part of it."""


class SpentError(NoAnswerError):
    """As many requests were sent as are allowed."""


class _LaterError(Exception):
    def __init__(self, problem: str, pause: float | None = None) -> None:
        super().__init__(problem)
        self.pause = pause


class _RefusedError(Exception):
    pass


class Server:
    """Sends prompts, gets texts. May be used from several threads.

    Args:
        base_url: Its address; None takes ``OPENAI_BASE_URL``, or OpenAI's own.
        model: The model's name there.
        cache: Where its dialect is remembered.
        max_requests: Requests that may be sent, repeated ones included; None sets no bound.
        timeout: Seconds per request.
        retries: How often a request is repeated that failed for the moment.
        wait: Sleeps; a test does not.

    Raises:
        ModelError: openai is not installed, or the address is none.
    """

    def __init__(
        self,
        base_url: str | None,
        model: str,
        cache: Cache,
        *,
        max_requests: int | None = None,
        timeout: float = 120.0,
        retries: int = 4,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        try:
            import openai
        except ImportError:
            raise ModelError("--backend llm needs openai: pip install 'reader-sentiment[llm]'") from None
        self.base_url, self.model, self.sent = address(base_url), model, 0
        self._key = api_key(self.base_url)
        self._cache, self._allowed, self._retries, self._wait = cache, max_requests, retries, wait
        self._lock = threading.Lock()
        told = cache.dialect(self._place)
        self._dialect, self.known = loads(told), told is not None
        self._library: Any = openai  # typed if it is installed, unknown if not: the same to a type checker
        self._client = self._library.OpenAI(base_url=self.base_url, api_key=self._key, timeout=timeout, max_retries=0)

    @property
    def _place(self) -> str:
        return f"{self.base_url} {self.model}"

    def ask(self, messages: Sequence[dict[str, str]], longest: int) -> str:
        """The model's text for a prompt; empty where it gave none.

        Args:
            messages: The prompt.
            longest: Tokens that an answer may have.

        Raises:
            NoAnswerError: It kept failing, or it declined, or no more requests are allowed.
            ModelError: It will never answer: a wrong key, no such model, a used-up quota.
        """
        dialect, failed = self._dialect, 0
        while True:
            self._spend()
            try:
                text = self._once(messages, dialect.parameters(longest))
            except _RefusedError as refusal:
                simpler = dialect.less(str(refusal))
                if simpler is None:
                    raise DeclinedError(str(refusal)) from None
                dialect = simpler
            except _LaterError as later:
                failed += 1
                if failed > self._retries:
                    raise NoAnswerError(str(later)) from None
                jittered = random.uniform(0.5, 1.0) * 2.0 ** (failed - 1)  # noqa: S311 - no secret hangs on it
                pause = min(LONGEST_WAIT, later.pause if later.pause is not None else jittered)
                logger.info("%s: %s; again in %.1f s", self.base_url, later, pause)
                self._wait(pause)
            else:
                self._learn(dialect)
                return text

    def _once(self, messages: Sequence[dict[str, str]], parameters: dict[str, Any]) -> str:
        errors = self._library
        try:
            got = self._client.chat.completions.create(model=self.model, messages=list(messages), **parameters)
        except errors.APIStatusError as error:
            raise self._meaning(error) from None
        except (errors.APIError, ValueError) as error:  # no connection, a timeout, or a body that is not JSON
            raise _LaterError(self._clean(str(error)) or type(error).__name__) from None
        choices = getattr(got, "choices", None)
        if not isinstance(choices, list) or not choices or getattr(choices[0], "message", None) is None:
            raise _LaterError("an answer that is not a chat completion")
        content = choices[0].message.content
        return content if isinstance(content, str) else ""

    def _meaning(self, error: Any) -> Exception:
        """What an HTTP status says about this request and the next ones."""
        status, body = error.status_code, error.body
        words = body.get("message") if isinstance(body, dict) else None
        said = self._clean(words if isinstance(words, str) else str(error))
        problem = f"HTTP {status}: {said}"
        if error.code == "insufficient_quota" or status in (401, 402, 403, 404):
            return ModelError(
                f"{self.base_url} does not answer for the model {self.model} ({problem}); check --base-url, "
                "--backend-model and the key; answers so far are kept, the same command goes on from there"
            )
        if status in _FOR_NOW or status >= 500:
            return _LaterError(problem, _seconds(error.response.headers))
        if status == 413 or error.code == "content_filter" or any(sign in said.lower() for sign in _TOO_LONG):
            return DeclinedError(problem)
        return _RefusedError(problem)

    def _spend(self) -> None:
        with self._lock:
            if self._allowed is not None and self.sent >= self._allowed:
                raise SpentError(f"not asked: {self._allowed} requests were sent, as many as --max-requests allows")
            self.sent += 1

    def _learn(self, dialect: Any) -> None:
        with self._lock:
            if self.known and dialect == self._dialect:
                return
            self._dialect, self.known = dialect, True
        self._cache.learn(self._place, dialect.dumps())

    def _clean(self, text: str) -> str:
        return without_keys(text, self._key)


def _seconds(headers: Any) -> float | None:
    """What a server asks to wait for."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / unit)
        except (KeyError, ValueError):
            continue
    return None
