"""What a run will send and cost, said before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass

ANSWER_TOKENS = 45
"""Tokens of one comment's answer: an id, a label and twelve words, as JSON."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The work ahead. Plans add up."""

    model: str = ""
    base_url: str = ""
    comments: int = 0
    cached: int = 0
    """Comments whose answer is known, or equals that of another comment of the same run."""
    requests: int = 0
    """At the least: what fails or comes back incomplete is asked again."""
    tokens_in: int = 0
    tokens_out: int = 0
    price: tuple[float, float] | None = None
    """Of a million tokens, sent and received."""

    def __add__(self, other: Plan) -> Plan:
        return Plan(
            other.model or self.model,
            other.base_url or self.base_url,
            self.comments + other.comments,
            self.cached + other.cached,
            self.requests + other.requests,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            other.price or self.price,
        )

    @property
    def cost(self) -> float | None:
        """In the price's currency; None where no price was given."""
        if self.price is None:
            return None
        return (self.tokens_in * self.price[0] + self.tokens_out * self.price[1]) / 1e6

    def line(self) -> str:
        """The plan in a sentence."""
        cost = "cost unknown (give --price)" if self.cost is None else f"about {self.cost:,.2f} at the given price"
        return (
            f"{self.comments:,} comments, {self.cached:,} of them answered before; requests: {self.requests:,}, to "
            f"{self.model} at {self.base_url}, roughly {self.tokens_in:,} tokens sent and {self.tokens_out:,} received, {cost}"
        )
