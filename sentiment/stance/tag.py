"""What the pipeline calls: comments in, stances out, whatever stands behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Protocol

from sentiment.errors import ModelError
from sentiment.records import STANCES, Stance
from sentiment.stance.backends import BackendOptions, make
from sentiment.stance.model import Model, load_model
from sentiment.stance.target import Target

DIGITS = 8
"""Of probabilities: the last bits depend on how many comments were scored together, and a run continued is to give the same."""


@dataclass(frozen=True, slots=True)
class Item:
    """A comment with what is needed to understand it."""

    text: str
    language: str
    parent_text: str = ""
    title: str = ""
    quote: str = ""


class StanceBackend(Protocol):
    """Anything that can say where comments stand."""

    name: str
    """What stands in the row of a comment that it tagged."""
    at_once: int
    """Comments it wants to see together, so that it can work on them side by side; pages are gathered until there are as many."""

    def classify(self, items: Sequence[Item], *, reasons: bool = False) -> list[Stance]:
        """One stance per comment, in order; reasons only where they are asked for, they cost time."""


class LinearBackend:
    """The trained linear model.

    Args:
        model: A model whose labels are the four stances.

    Raises:
        ModelError: Its labels are others.
    """

    at_once = 256

    def __init__(self, model: Model) -> None:
        strange = [label for label in model.labels if label not in STANCES]
        if strange:
            raise ModelError(
                f"the model's labels are {', '.join(model.labels)}; comments are tagged {', '.join(STANCES)}: "
                "use sentiment classify for other labels"
            )
        self.model, self.name = model, model.name
        self._order = [model.labels.index(name) if name in model.labels else None for name in STANCES]

    def classify(self, items: Sequence[Item], *, reasons: bool = False) -> list[Stance]:
        """One stance per comment, in order.

        A language without a model gets none: guessing across languages was measured at 40 macro-F1.
        """
        model = self.model
        out: list[Stance | None] = [None] * len(items)
        asked, places = [], []
        for place, item in enumerate(items):
            if not model.knows(item.language):
                out[place] = Stance(None, source="none", reasons=(f"no model for {item.language}",), model=self.name)
            elif not item.text.strip():
                out[place] = Stance(None, source="none", reasons=("no words",), model=self.name)
            else:
                places.append(place)
                asked.append(item)
        comments = (
            [item.text for item in asked],
            [item.language for item in asked],
            [item.parent_text for item in asked],
            [bool(item.quote) for item in asked],
        )
        whys: list[tuple[str, ...]] = [()] * len(asked)
        if reasons:
            shares, whys = model.tell(*comments)
        else:
            shares = model.score(*comments)
        chosen = model.choose(shares).tolist()
        rows = shares.round(DIGITS).tolist()
        for row, place in enumerate(places):
            four = tuple(0.0 if at is None else rows[row][at] for at in self._order)
            out[place] = Stance(model.labels[chosen[row]], four, "model", whys[row], model=self.name)  # type: ignore[arg-type]
        return [stance for stance in out if stance is not None]


def load_backend(
    target: Target, model_path: Path | None = None, options: BackendOptions | None = None
) -> StanceBackend:
    """The backend for a target.

    Args:
        target: What the stance is toward.
        model_path: A model file of the linear backend; None takes the packaged one.
        options: Which backend, and how it runs; None takes the linear one.

    Raises:
        ModelError: There is no such backend, or it has no model for the target.
    """
    return make(target, options or BackendOptions(model_file=model_path))


def load_linear(target: Target, options: BackendOptions) -> LinearBackend:
    """The trained linear model for a target, from the given file or from the package."""
    if options.model_file is None:
        return LinearBackend(packaged_model(target.slug))
    return LinearBackend(load_model(options.model_file, target=target.slug))


@lru_cache(maxsize=2)
def packaged_model(slug: str) -> Model:
    """The model that comes with the package for a target, loaded once per process.

    Raises:
        ModelError: There is none.
    """
    packaged = resources.files("sentiment.stance").joinpath("models", f"{slug}.npz")
    with resources.as_file(packaged) as path:
        if path.is_file():
            return load_model(path, target=slug)
    raise ModelError(
        f"no model for {slug!r} comes with this package: label 200 comments per language or more, "
        f"then: sentiment train TABLE --target {slug} --model FILE, and give --model FILE; "
        "or use --backend nli or llm"
    )
