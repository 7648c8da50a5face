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
from sentiment.annotate.database import reading, writing
from sentiment.annotate.store import LEASE_SECONDS, Store

MOST = 10_000
"""Comments up to which those that are left are counted."""
_ATTEMPTS = 5
_ALONG = 3
_SLACK = 60
"""Seconds by which the clocks of two machines at the same store may differ."""


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
        """The next comments, held for this annotator from now on; those already held come first.

        A few more are taken along, so that most calls only read: on a busy disk every write waits for it.
        """
        with reading(self.store.engine) as connection:
            held = self._held(connection, self.draws())
        if len(held) >= count:
            return held[:count]
        for attempt in range(_ATTEMPTS):
            try:
                with writing(self.store.engine) as connection:
                    return self._claim(connection, count + _ALONG)[:count]
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

    def left(self, at_most: int = MOST) -> int:
        """Comments that this annotator could still answer now, counted up to a bound: counting a million takes a second."""
        draws = self.draws()
        slot, mine = schema.slot, schema.slot.alias("mine")
        taken = exists().where(
            mine.c.draw_id == slot.c.draw_id, mine.c.item_id == slot.c.item_id, mine.c.annotator == self.annotator
        )
        # a comment has one rank in its draw; counted by rank, the index gives them in order and the bound ends the walk
        free = select(slot.c.draw_id, slot.c.rank).distinct().where(slot.c.annotator.is_(None), ~taken)
        if self.languages:
            free = free.where(slot.c.language.in_(self.languages))
        with reading(self.store.engine) as connection:
            count = len(self._held(connection, draws))
            for draw in draws:
                if count >= at_most:
                    break
                here = free.where(slot.c.draw_id == draw).order_by(slot.c.draw_id, slot.c.rank).limit(at_most - count)
                count += connection.scalar(select(func.count()).select_from(here.subquery())) or 0
        return min(count, at_most)

    def draws(self) -> list[str]:
        """The draws that are worked on, in order."""
        if self._draws is not None:
            return list(self._draws)
        order = (schema.draw.c.sampler != "requeue", schema.draw.c.number)
        return [row["id"] for row in self.store.rows(select(schema.draw.c.id).order_by(*order))]

    def _claim(self, connection: Connection, count: int) -> list[Claim]:
        now = self._now()
        self._expire(connection, now)
        draws = self.draws()
        found = self._held(connection, draws)[:count]
        for draw in draws:
            if len(found) >= count:
                break
            found += self._take(connection, draw, count - len(found), now)
        return found

    def _held(self, connection: Connection, draws: list[str]) -> list[Claim]:
        """What this annotator holds and has not answered, in the order of the queue."""
        slot = schema.slot
        place = {draw: number for number, draw in enumerate(draws)}
        mine = select(slot.c.draw_id, slot.c.item_id, slot.c.rank).where(
            slot.c.annotator == self.annotator, slot.c.event_id.is_(None)
        )
        here = [row for row in connection.execute(mine) if row[0] in place]
        held = sorted(here, key=lambda row: (place[row[0]], row[2]))
        return [Claim(draw, item) for draw, item, _ in held]

    def _expire(self, connection: Connection, now: float) -> None:
        slot = schema.slot
        old = (
            select(slot.c.draw_id, slot.c.item_id, slot.c.no)
            .where(slot.c.annotator.is_not(None), slot.c.event_id.is_(None))
            # one that would last longer than any does was given before the clock was set back
            .where((slot.c.lease_until < now) | (slot.c.lease_until > now + LEASE_SECONDS + _SLACK))
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
