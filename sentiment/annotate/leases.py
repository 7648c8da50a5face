"""Who gets which comment: a place in a draw is lent to one annotator at a time, and for a while only.

Two people never hold the same place, and nobody holds two places of the same comment; the database's own keys see to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from sentiment.annotate import schema
from sentiment.annotate.database import writing
from sentiment.annotate.store import LEASE_SECONDS, Store

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """A comment that an annotator holds."""

    draw: str
    item: str


class Queue:
    """The comments that wait for one annotator, draw by draw in the order of the draw.

    Args:
        store: where they lie.
        annotator: for whom.
        draws: their ids, in order; None takes all, re-queued comments first.
        languages: only these; empty takes all.
        now: the clock, in seconds.
    """

    def __init__(
        self,
        store: Store,
        annotator: str,
        *,
        draws: Sequence[str] | None = None,
        languages: Sequence[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self.store, self.annotator, self.languages, self._now = store, annotator, tuple(languages), now
        self._draws = draws
        self._from: dict[str, int] = {}
        """Per draw, the rank before which nothing was open: saves walking over all that is done."""

    def claim(self, count: int = 1) -> list[Claim]:
        """The next comments, held for this annotator from now on; those already held come first."""
        for attempt in range(_ATTEMPTS):
            try:
                with writing(self.store.engine) as connection:
                    return self._claim(connection, count)
            except IntegrityError:  # two windows of the same annotator at the same moment
                if attempt == _ATTEMPTS - 1:
                    raise
        return []

    def release(self) -> None:
        """Give back what is held and not answered."""
        slot = schema.slot
        mine = and_(slot.c.annotator == self.annotator, slot.c.event_id.is_(None))
        with writing(self.store.engine) as connection:
            connection.execute(update(slot).where(mine).values(annotator=None, lease_until=None))
        self._from.clear()

    def left(self) -> int:
        """Comments that this annotator could still answer now."""
        slot, mine = schema.slot, schema.slot.alias("mine")
        open_ = select(func.count(func.distinct(slot.c.draw_id + slot.c.item_id))).where(
            slot.c.event_id.is_(None),
            slot.c.annotator.is_(None) | (slot.c.annotator == self.annotator),
            ~exists().where(
                mine.c.draw_id == slot.c.draw_id,
                mine.c.item_id == slot.c.item_id,
                mine.c.annotator == self.annotator,
                mine.c.event_id.is_not(None),
            ),
            slot.c.draw_id.in_(self.draws()),
        )
        if self.languages:
            open_ = open_.where(slot.c.language.in_(self.languages))
        return int(self.store.rows(open_)[0]["count_1"])

    def draws(self) -> list[str]:
        """The draws that are worked on, in order."""
        if self._draws is not None:
            return list(self._draws)
        order = (schema.draw.c.sampler != "requeue", schema.draw.c.number)
        return [row["id"] for row in self.store.rows(select(schema.draw.c.id).order_by(*order))]

    def _claim(self, connection: Connection, count: int) -> list[Claim]:
        slot, now = schema.slot, self._now()
        self._expire(connection, now)
        draws = self.draws()
        place = {draw: number for number, draw in enumerate(draws)}
        mine = select(slot.c.draw_id, slot.c.item_id, slot.c.rank).where(
            slot.c.annotator == self.annotator, slot.c.event_id.is_(None), slot.c.draw_id.in_(draws)
        )
        held = sorted(connection.execute(mine), key=lambda row: (place[row[0]], row[2]))
        found = [Claim(draw, item) for draw, item, _ in held][:count]
        for draw in draws:
            if len(found) >= count:
                break
            found += self._take(connection, draw, count - len(found), now)
        return found

    def _expire(self, connection: Connection, now: float) -> None:
        slot = schema.slot
        old = (
            select(slot.c.draw_id, slot.c.item_id, slot.c.no)
            .where(slot.c.annotator.is_not(None), slot.c.event_id.is_(None), slot.c.lease_until < now)
            .with_for_update(skip_locked=True)
        )
        for draw, item, number in connection.execute(old):
            this = and_(slot.c.draw_id == draw, slot.c.item_id == item, slot.c.no == number)
            connection.execute(update(slot).where(this).values(annotator=None, lease_until=None))

    def _take(self, connection: Connection, draw: str, count: int, now: float) -> list[Claim]:
        """New places in one draw; looked for again from the start when nothing is open further on."""
        found = self._free(connection, draw, count, self._from.get(draw, -1))
        if not found and self._from.pop(draw, None) is not None:
            found = self._free(connection, draw, count, -1)
        slot, claims = schema.slot, []
        for item, number, rank in found:
            this = and_(slot.c.draw_id == draw, slot.c.item_id == item, slot.c.no == number)
            connection.execute(
                update(slot).where(this).values(annotator=self.annotator, lease_until=now + LEASE_SECONDS)
            )
            self._from[draw] = max(rank, self._from.get(draw, -1))
            claims.append(Claim(draw, item))
        return claims

    def _free(self, connection: Connection, draw: str, count: int, after: int) -> list[tuple[str, int, int]]:
        slot, mine = schema.slot, schema.slot.alias("mine")
        taken = exists().where(
            mine.c.draw_id == slot.c.draw_id, mine.c.item_id == slot.c.item_id, mine.c.annotator == self.annotator
        )
        query = (
            select(slot.c.item_id, slot.c.no, slot.c.rank)
            .where(slot.c.draw_id == draw, slot.c.annotator.is_(None), slot.c.rank > after, ~taken)
            .order_by(slot.c.rank, slot.c.no)
            .limit(count * 3)
            .with_for_update(skip_locked=True, of=slot)
        )
        if self.languages:
            query = query.where(slot.c.language.in_(self.languages))
        first: dict[str, tuple[str, int, int]] = {}
        for item, number, rank in connection.execute(query):
            first.setdefault(item, (item, number, rank))
        return list(first.values())[:count]
