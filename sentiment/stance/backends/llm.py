"""Stance from a language model behind any OpenAI-compatible server: Ollama, vLLM, llama.cpp, or a hosted one.

The model reads what human coders read: codebook, statement, title, the comment above. It gives a verdict and no
probabilities, so a stance has none. What it answers is taken only if it is one of the four labels, for an id that was asked;
all else leaves the comment untagged, with the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sentiment.errors import ModelError
from sentiment.records import Stance
from sentiment.stance.backends import BackendOptions
from sentiment.stance.backends.answers import Answer, Reading, read
from sentiment.stance.backends.cache import Cache, default_path
from sentiment.stance.backends.dialect import SAMPLING
from sentiment.stance.backends.plan import ANSWER_TOKENS, Plan
from sentiment.stance.backends.prompt import VERSION, Question, messages, question, rules, tokens
from sentiment.stance.backends.server import DeclinedError, NoAnswerError, Server, SpentError

if TYPE_CHECKING:
    from sentiment.stance.tag import Item
    from sentiment.stance.target import Target

BATCH = 15
"""Comments per prompt: the codebook is sent once for all of them, and small models still keep them apart."""
BATCH_TOKENS = 3_000
"""Comments of one prompt have at most so many tokens, unless a single one has more: local servers often run with 8,192."""
_ROUNDS = 5
"""Prompts per place in the queue for which pages are gathered: enough to keep all busy, few enough to see it move."""
TROUBLE = 3
"""So many batches in a row without an answer, each asked again and again, mean that the server is down."""


@dataclass(slots=True)
class _Outcome:
    """What came of a batch."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """Key -> answer."""
    failures: dict[str, str] = field(default_factory=dict)
    """Key -> why there is none."""
    trouble: str = ""
    """What the server kept failing with."""


class LlmBackend:
    """A language model that codes comments by the codebook.

    Args:
        target: What the stance is toward.
        server: Where the model is.
        cache: Answers that are known.
        codebook: The target's codebook as Markdown; empty takes general definitions.
        batch: Comments per prompt.
        concurrency: Requests under way at once.
        price: Of a million tokens, sent and received.
    """

    def __init__(
        self,
        target: Target,
        server: Server,
        cache: Cache,
        *,
        codebook: str = "",
        batch: int = BATCH,
        concurrency: int = 4,
        price: tuple[float, float] | None = None,
    ) -> None:
        self._server, self._cache, self._batch, self._concurrency = server, cache, batch, concurrency
        self._system = rules(target, codebook)
        told = json.dumps([server.model, server.base_url, VERSION, SAMPLING, self._system])
        self._salt = hashlib.sha256(told.encode()).hexdigest()
        self._price = price
        self.at_once = _ROUNDS * batch * concurrency
        self.name = f"llm:{server.model}@{self._salt[:8]}"

    def plan(self, items: Sequence[Item]) -> Plan:
        """What :meth:`classify` would send for these comments. Sends nothing."""
        asked = [question(item, self._salt) for item in items if item.text.strip()]
        left = self._unknown(asked, self._cache.get([one.key for one in asked]))
        batches = list(self._batches(left))
        sent = sum(tokens(one.json) for one in left) + len(batches) * tokens(self._system)
        return Plan(
            self._server.model,
            self._server.base_url,
            len(asked),
            len(asked) - len(left),
            len(batches),
            sent,
            len(left) * ANSWER_TOKENS,
            self._price,
        )

    def classify(self, items: Sequence[Item], *, reasons: bool = False) -> list[Stance]:
        """One stance per comment, in order; without a name where the model gave no usable answer.

        Raises:
            ModelError: The server will not answer, or is down. Answers until then are kept.
        """
        asked = [question(item, self._salt) if item.text.strip() else None for item in items]
        there = [one for one in asked if one is not None]
        known = self._cache.get([one.key for one in there])
        done = self._ask_all(list(self._batches(self._unknown(there, known))))
        known |= done.answers
        return [self._stance(one, known, done.failures, reasons) for one in asked]

    def _stance(
        self, asked: Question | None, known: dict[str, Answer], failures: dict[str, str], reasons: bool
    ) -> Stance:
        answer = known.get(asked.key) if asked else None
        if answer is None:
            why = failures.get(asked.key, "no answer") if asked else "no words"
            return Stance(None, source="none", reasons=(why,), model=self.name)
        why = answer.reason if reasons else ""
        return Stance(answer.stance, None, "model", (why,) if why else (), model=self.name)

    @staticmethod
    def _unknown(asked: Sequence[Question], known: dict[str, Answer]) -> list[Question]:
        return list({one.key: one for one in asked if one.key not in known}.values())

    def _batches(self, questions: Sequence[Question]) -> Iterator[list[Question]]:
        batch: list[Question] = []
        size, ids = 0, set[str]()
        for one in questions:
            length = tokens(one.json)
            if batch and (len(batch) >= self._batch or size + length > BATCH_TOKENS or one.id in ids):
                yield batch
                batch, size, ids = [], 0, set()
            batch.append(one)
            ids.add(one.id)
            size += length
        if batch:
            yield batch

    def _ask_all(self, batches: list[list[Question]]) -> _Outcome:
        whole, trouble = _Outcome(), 0
        for outcome in self._outcomes(batches):
            whole.answers |= outcome.answers
            whole.failures |= outcome.failures
            trouble = trouble + 1 if outcome.trouble else 0
            if trouble >= TROUBLE:
                raise ModelError(
                    f"{self._server.base_url} keeps failing ({outcome.trouble}); answers so far are kept, the same "
                    "command goes on from there"
                )
        return whole

    def _outcomes(self, batches: list[list[Question]]) -> Iterator[_Outcome]:
        """Batches side by side, in the order in which they come back."""
        while batches and not self._server.known:  # one alone finds out what the server understands, for all
            outcome = self._ask(batches.pop(0))
            yield outcome
            if not outcome.trouble:
                break
        with ThreadPoolExecutor(self._concurrency) as pool:
            try:
                for future in as_completed([pool.submit(self._ask, batch) for batch in batches]):
                    yield future.result()
            except BaseException:  # Ctrl-C too: what has not begun is not begun
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _ask(self, batch: list[Question], *, again: bool = True) -> _Outcome:
        """Ask about some comments in one prompt, and about those without an answer once more, one by one."""
        outcome = _Outcome()
        ids = {one.id: one for one in batch}
        try:
            text = self._server.ask(messages(self._system, batch), 4 * ANSWER_TOKENS * len(batch) + 500)
        except SpentError as error:
            reading, again = Reading({}, dict.fromkeys(ids, str(error))), False
        except DeclinedError as error:
            reading, again = Reading({}, dict.fromkeys(ids, f"declined: {error}")), again and len(batch) > 1
        except NoAnswerError as error:
            outcome.failures = dict.fromkeys((one.key for one in batch), f"no answer: {error}")
            outcome.trouble = str(error)
            return outcome
        else:
            reading = read(text, list(ids))
        outcome.answers = {ids[name].key: answer for name, answer in reading.found.items()}
        self._cache.put(outcome.answers.items())
        for name, one in ids.items():
            if name in reading.found:
                continue
            if again:
                alone = self._ask([one], again=False)
                outcome.answers |= alone.answers
                outcome.failures |= alone.failures
                outcome.trouble = outcome.trouble or alone.trouble
            else:
                outcome.failures[one.key] = reading.refused.get(name, "no answer: the model left it out")
        return outcome


def load(target: Target, options: BackendOptions) -> LlmBackend:
    """Make the backend that the options describe.

    Raises:
        ModelError: No model was named, openai is not installed, or the cache cannot be used.
    """
    if not options.model:
        raise ModelError("--backend llm needs --backend-model: the model's name on the server, such as qwen3:8b")
    cache = Cache(options.cache or default_path())
    server = Server(
        options.base_url,
        options.model,
        cache,
        max_requests=options.max_requests,
        timeout=options.timeout,
        retries=options.retries,
    )
    return LlmBackend(
        target,
        server,
        cache,
        codebook=options.codebook,
        batch=options.batch or BATCH,
        concurrency=options.concurrency,
        price=options.price,
    )
