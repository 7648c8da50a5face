"""Which labels a report takes for a random sample."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from sentiment import pipeline
from sentiment.records import Label, Stance
from sentiment.stance.tag import Item
from tests.report.builders import model, page


class Backend:
    """Says the same of every comment."""

    name = "m"
    model: SimpleNamespace

    def classify(self, items: Sequence[Item], *, reasons: bool = False) -> list[Stance]:  # noqa: ARG002 - the protocol's signature
        """One stance per comment."""
        return [model(0.4, 0.3, 0.2, 0.1) for _ in items]


@pytest.mark.parametrize(
    ("purpose", "learned", "kept"),
    [("estimate", (), 0.25), ("audit", (), 0.25), ("train", (), None), ("estimate", ("p-0",), None)],
)
def test_what_a_model_learned_from_is_no_sample(
    purpose: str, learned: tuple[str, ...], kept: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A label's drawing probability counts unless the label was drawn for training or the model lists it."""
    backend = Backend()
    backend.model = SimpleNamespace(meta={"trained_ids": learned})
    monkeypatch.setattr(pipeline, "_backend", lambda *_: backend)
    tagger = pipeline.Tagger(target="xiaomi-us", annotations=tmp_path, model=None)
    tagger.labels = {
        "p-0": Label("p-0", "against", "ann", datetime(2026, 1, 1, tzinfo=UTC), "1", purpose=purpose, inclusion=0.25)
    }
    ((first, second),) = [tagged.stances for tagged in tagger.tag([page("p", 2)])]
    assert (first.name, first.source, first.inclusion) == ("against", "human", kept)
    assert first.probabilities == (0.4, 0.3, 0.2, 0.1)
    assert (second.source, second.inclusion) == ("model", None)
