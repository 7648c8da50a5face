"""Small tables that can be learnt from, made of words and not taken from any page."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from sentiment.stance.target import Target, load_target
from sentiment.stance.train import Fitted, Options, train

WORDS = {
    "en": (
        ["great", "welcome", "finally", "want"],
        ["never", "spyware", "refuse", "fail"],
        ["when", "which", "bands", "?"],
    ),
    "it": (["bello", "finalmente", "voglio"], ["mai", "spioni", "rifiuto"], ["quando", "quale", "bande", "?"]),
    "de": (["prima", "endlich", "gern"], ["nie", "spione", "nein"], ["wann", "welche", "netz", "?"]),
}
FILLER = ["phone", "it", "is", "and", "o", "la", "das", "ein", "Xiaomi", "2018", "😂"]


def sentences(language: str, count: int, seed: int = 0) -> pd.DataFrame:
    """Rows of text, stance, page, language and parent text; four fifths of the words tell the stance."""
    draw = random.Random(f"{language}{seed}")  # noqa: S311 - a table, not a secret
    rows = []
    for number in range(count):
        label = draw.choice(["favor", "against", "neutral"])
        own = WORDS[language][["favor", "against", "neutral"].index(label)]
        text = " ".join(draw.choice(own if draw.random() < 0.4 else FILLER) for _ in range(draw.randint(3, 12)))
        above = rows[-1]["text"] if rows and draw.random() < 0.3 else ""
        rows.append({"text": f"{text} {number}", "stance": label, "page": f"p{number // 10}", "parent": above})
    return pd.DataFrame(rows).assign(language=language)


@pytest.fixture(scope="session")
def target() -> Target:
    """The packaged target."""
    return load_target("xiaomi-us")


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    """Two languages, 240 rows each."""
    return pd.concat([sentences("en", 240), sentences("it", 240)], ignore_index=True)


@pytest.fixture(scope="session")
def options(target: Target) -> Options:
    """All that training can be told."""
    return Options(
        label="stance",
        group="page",
        language="language",
        parent="parent",
        target=target,
        blocks=("words", "chars", "marks", "tags", "near", "cues", "pairs", "reply", "parent", "vader", "negated"),
    )


@pytest.fixture(scope="session")
def fitted(table: pd.DataFrame, options: Options) -> Fitted:
    """A model with every block."""
    return train(table, options)


@pytest.fixture(scope="session")
def plain() -> Fitted:
    """A model for every text: no language, no target, two labels."""
    rows = sentences("en", 120)
    return train(rows[rows.stance != "neutral"], Options(label="stance"))
