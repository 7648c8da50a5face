"""What a server understands of the protocol. They differ: each is asked for the most, and for less when it says no.

Shapes of an answer, best first: a schema with the four labels, any JSON object, plain text. ``max_tokens`` is refused by newer
OpenAI models and ``max_completion_tokens`` by several local servers; some models take no ``temperature`` or ``seed``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from sentiment.stance.backends.prompt import SCHEMA

SHAPES = ("json_schema", "json_object", "text")
BOUNDS = ("max_tokens", "max_completion_tokens", "")
SAMPLING = {"temperature": 0, "seed": 0}
"""Asked for so that the same question gets the same answer, as far as a server can."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is still asked for."""

    shape: str = SHAPES[0]
    bound: str = BOUNDS[0]
    sampling: tuple[str, ...] = tuple(SAMPLING)

    def parameters(self, longest: int) -> dict[str, Any]:
        """The optional parameters of a request whose answer has at most so many tokens."""
        found: dict[str, Any] = {name: SAMPLING[name] for name in self.sampling}
        if self.bound:
            found[self.bound] = longest
        if self.shape == "json_schema":
            found["response_format"] = {"type": "json_schema", "json_schema": SCHEMA}
        elif self.shape == "json_object":
            found["response_format"] = {"type": "json_object"}
        return found

    def less(self, refusal: str) -> Dialect | None:
        """What to ask for after a server said no; None where nothing is left to leave out.

        Args:
            refusal: Its words. A parameter that they name is the one to drop; else it is taken for the shape.
        """
        if self.bound and self.bound in refusal:
            return replace(self, bound=BOUNDS[BOUNDS.index(self.bound) + 1])
        named = [name for name in self.sampling if name in refusal]
        if named:
            return replace(self, sampling=tuple(name for name in self.sampling if name not in named))
        if self.shape != SHAPES[-1]:
            return replace(self, shape=SHAPES[SHAPES.index(self.shape) + 1])
        if self.bound or self.sampling:
            return replace(self, bound="", sampling=())
        return None

    def dumps(self) -> str:
        """For the cache."""
        return json.dumps(asdict(self))


def loads(text: str | None) -> Dialect:
    """From the cache; what does not fit is asked for anew."""
    try:
        data = json.loads(text or "")
        found = Dialect(str(data["shape"]), str(data["bound"]), tuple(data["sampling"]))
    except (ValueError, KeyError, TypeError):
        return Dialect()
    fits = found.shape in SHAPES and found.bound in BOUNDS and set(found.sampling) <= set(SAMPLING)
    return found if fits else Dialect()
