"""Options that several commands share, taken as one object: declared once, as the fields of a dataclass."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any


def takes(parameter: str, choice: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator that gives a command the options of a dataclass; it receives them as one object.

    Args:
        parameter: the command's parameter that is replaced by the options.
        choice: a dataclass whose fields are annotated as options, each with a default.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)
        options = inspect.signature(choice, eval_str=True).parameters
        added = [one.replace(name=f"{parameter}_{one.name}") for one in options.values()]
        kept = [
            one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own.parameters.values() if one.name != parameter
        ]

        @wraps(command)
        def run(**given: Any) -> None:
            chosen = choice(**{name: given.pop(f"{parameter}_{name}") for name in options})
            command(**given, **{parameter: chosen})

        signature = own.replace(parameters=[*kept, *added])
        run.__signature__ = signature  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in signature.parameters.values()} | {"return": None}
        return run

    return decorate
