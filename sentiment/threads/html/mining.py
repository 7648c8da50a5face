from __future__ import annotations
from dataclasses import dataclass
from sentiment.threads.html.systems import Group
from sentiment.threads.html.record import Found
from sentiment.threads.html.tree import Tree


@dataclass
class Mined:
    group: Group
    found: list[Found]
    confidence: float
    is_forum: bool


def mine(tree: Tree, barred: list[int]) -> Mined | None:
    return None
