"""``classify`` with a backend other than the linear model: the rows of a table as comments, stances as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import typer

from sentiment.cli.backend_options import BackendChoice, BackendName
from sentiment.errors import InputError
from sentiment.records import STANCES

if TYPE_CHECKING:
    from sentiment.records import Stance
    from sentiment.stance.backends import BackendOptions
    from sentiment.stance.files import Row
    from sentiment.stance.tag import Item, StanceBackend


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a table a comment and its context stand."""

    text: str
    language: str | None = None
    parent: str | None = None
    title: str | None = None

    def item(self, row: Row) -> Item:
        """A row as a comment."""
        from sentiment.stance.tag import Item

        text, code = self._cell(row, self.text), self._cell(row, self.language).strip().lower()
        if not code:
            from sentiment.language import identify

            code = identify(text)
        return Item(text, code, parent_text=self._cell(row, self.parent), title=self._cell(row, self.title))

    @staticmethod
    def _cell(row: Row, name: str | None) -> str:
        return str(row.get(name) or "") if name else ""


def classify_table(
    file: str,
    output: str,
    columns: Columns,
    choice: BackendChoice,
    options: BackendOptions,
    *,
    target: str,
    reasons: bool = False,
    abstain: float = 0.0,
) -> None:
    """Add stance, p_STANCE, confidence and the backend's name to every row.

    Raises:
        InputError: The table cannot be read, or ``abstain`` is asked of a backend without confidence.
        ModelError: The backend cannot do its work.
    """
    from sentiment.reporting import untagged
    from sentiment.stance.files import open_table, write_table
    from sentiment.stance.tag import load_backend
    from sentiment.stance.target import load_target

    if abstain and choice.name is BackendName.llm:
        raise InputError("--abstain needs a confidence, and --backend llm gives none: leave it out")
    backend, left = load_backend(load_target(target), None, options), Counter[str]()
    with open_table(file) as table:
        columns_of_context = (columns.text, columns.language, columns.parent, columns.title)
        table.need(*columns_of_context)
        if columns.language is None and "language" in table.columns:
            columns = Columns(text=columns.text, language="language", parent=columns.parent, title=columns.title)
        rows = list(table.rows)  # read before anything is sent: a table that breaks off in the middle costs nothing
        confirm(choice, backend, [columns.item(row) for row in rows] if choice.name is BackendName.llm else [])
        extra = ["stance", *(f"p_{name}" for name in STANCES), "confidence", *["reasons"] * reasons, "model"]
        names = [name for name in table.columns if name not in extra] + extra
        tagged = _tagged(rows, columns, backend, left, reasons=reasons, abstain=abstain)
        count = write_table(output, names, tagged, table.form)
    typer.echo(f"{count} rows, tagged by {backend.name}", err=True)
    if left:
        typer.echo(untagged(left), err=True)


def confirm(choice: BackendChoice, backend: StanceBackend | None, items: Sequence[Item]) -> None:
    """Before a server is asked: say what it will be sent, and ask; other backends need no word."""
    from sentiment.stance.backends.llm import LlmBackend

    if isinstance(backend, LlmBackend):
        choice.confirm(lambda: backend.plan(items))


def _tagged(
    rows: Sequence[Row],
    columns: Columns,
    backend: StanceBackend,
    left: Counter[str],
    *,
    reasons: bool,
    abstain: float,
) -> Iterator[list[Row]]:
    rest = iter(rows)
    while batch := list(islice(rest, max(backend.at_once, 1))):
        for row, stance in zip(
            batch, backend.classify([columns.item(row) for row in batch], reasons=reasons), strict=True
        ):
            why = _fill(row, stance, reasons=reasons, abstain=abstain)
            if why:
                left[why] += 1
        yield batch


def _fill(row: Row, stance: Stance, *, reasons: bool, abstain: float) -> str:
    """Write a stance into its row; gives why there is none."""
    open_ = stance.confidence is not None and stance.confidence < abstain
    row["stance"] = "" if open_ else stance.name or ""
    row["confidence"] = "" if stance.confidence is None else round(stance.confidence, 4)
    row |= dict.fromkeys((f"p_{name}" for name in STANCES), "")
    if stance.probabilities:
        row |= {f"p_{name}": round(p, 4) for name, p in zip(STANCES, stance.probabilities, strict=True)}
    row["model"] = stance.model
    if reasons:
        row["reasons"] = "; ".join(stance.reasons)
    if open_:
        return "left open"
    return "" if stance.name else (stance.reasons or ("no answer",))[0].partition(":")[0]
