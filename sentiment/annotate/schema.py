"""The tables and views of a store, the same on SQLite and PostgreSQL. One store holds one target.

What was decided lies in ``event`` and is never changed; what stands now is a view over it. ``slot`` is bookkeeping: who
has which comment on screen. It can be thrown away and built again from the draws and the events.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

Key = String().with_variant(String(collation="C"), "postgresql")
"""Compared sign by sign everywhere, so that both databases sort alike."""

info = Table("store_info", metadata, Column("key", Key, primary_key=True), Column("value", Text, nullable=False))

page = Table(
    "page",
    metadata,
    Column("id", Key, primary_key=True),
    Column("outlet", Key, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("language", Key, nullable=False),
    Column("body", Text, nullable=False),
)

item = Table(
    "item",
    metadata,
    Column("id", Key, primary_key=True),
    Column("page_id", Key, ForeignKey("page.id"), nullable=False),
    Column("parent_id", Key),
    Column("position", Integer, nullable=False),
    Column("language", Key, nullable=False),
    Column("text", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("text_sha256", Key, nullable=False),
    Column("meta", Text, nullable=False),  # JSON: what an imported file said beside it
    Index("item_in_order", "page_id", "id"),
)

prediction = Table(
    "prediction",
    metadata,
    Column("item_id", Key, ForeignKey("item.id"), primary_key=True),
    Column("model", Key, primary_key=True),
    Column("p_favor", Float, nullable=False),
    Column("p_against", Float, nullable=False),
    Column("p_neutral", Float, nullable=False),
    Column("p_unrelated", Float, nullable=False),
    Column("at", Key, nullable=False),
)

draw = Table(
    "draw",
    metadata,
    Column("id", Key, primary_key=True),  # ULID: two machines may both have a draw 3
    Column("number", Integer, nullable=False, unique=True),
    Column("purpose", Key, nullable=False),
    Column("sampler", Key, nullable=False),
    Column("seed", Integer),
    Column("params", Text, nullable=False),  # JSON
    Column("model", Key),
    Column("frame_sha256", Key, nullable=False),
    Column("frame_size", Integer, nullable=False),
    Column("codebook", Key, nullable=False),
    Column("at", Key, nullable=False),
)

draw_item = Table(
    "draw_item",
    metadata,
    Column("draw_id", Key, ForeignKey("draw.id"), primary_key=True),
    Column("item_id", Key, ForeignKey("item.id"), primary_key=True),
    Column("stratum", Key, nullable=False),
    Column("inclusion", Float),
    Column("rank", Integer, nullable=False),
    Column("slots", Integer, nullable=False),
    Index("draw_item_of_item", "item_id", "draw_id"),
)

slot = Table(
    "slot",
    metadata,
    Column("draw_id", Key, primary_key=True),
    Column("item_id", Key, primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("language", Key, nullable=False),
    Column("annotator", Key),
    Column("lease_until", Float),  # seconds since 1970
    Column("event_id", Key),  # the answer that filled it
    UniqueConstraint("draw_id", "item_id", "annotator", name="one_slot_each"),
)
_free = slot.c.annotator.is_(None)
_leased = slot.c.annotator.is_not(None) & slot.c.event_id.is_(None)
Index("slot_free", slot.c.draw_id, slot.c.rank, sqlite_where=_free, postgresql_where=_free)
Index("slot_leased", slot.c.annotator, slot.c.lease_until, sqlite_where=_leased, postgresql_where=_leased)
_taken = slot.c.annotator.is_not(None)
# without it PostgreSQL walks all places to find those that an annotator has had: 90 ms among 1,200,000
Index(
    "slot_of_annotator", slot.c.annotator, slot.c.draw_id, slot.c.item_id, sqlite_where=_taken, postgresql_where=_taken
)
_filled = slot.c.event_id.is_not(None)
Index("slot_of_event", slot.c.event_id, sqlite_where=_filled, postgresql_where=_filled)

annotator = Table(
    "annotator",
    metadata,
    Column("handle", Key, primary_key=True),
    Column("role", Key, nullable=False),  # annotator, adjudicator, lead
    Column("languages", Key, nullable=False),
    Column("secret", Key),  # scrypt; None: cannot log in
    Column("at", Key, nullable=False),
)

login = Table(
    "login",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),
    Column("handle", Key, nullable=False),
    Column("until", Float, nullable=False),
)

codebook = Table(
    "codebook",
    metadata,
    Column("version", Key, primary_key=True),
    Column("sha256", Key, nullable=False),
    Column("markdown", Text, nullable=False),
    Column("kind", Key, nullable=False),  # first, minor, semantic
    Column("touches", Key, nullable=False),  # stances and flags that the change touches
    Column("at", Key, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Key, nullable=False, unique=True),
    Column("client", Key, unique=True),
    Column("kind", Key, nullable=False),
    Column("item", Key, ForeignKey("item.id"), nullable=False),
    Column("annotator", Key, nullable=False),
    Column("stance", Key),
    Column("flags", Key, nullable=False),
    Column("reason", Key, nullable=False),
    Column("note", Text, nullable=False),
    Column("codebook", Key, nullable=False),
    Column("draw", Key),
    Column("supersedes", Key),
    Column("text_sha256", Key, nullable=False),
    Column("context", Key, nullable=False),
    Column("suggestion_model", Key),
    Column("suggestion_stance", Key),
    Column("suggestion_timing", Key, nullable=False),
    Column("ms", Integer),
    Column("origin", Key, nullable=False),
    Column("at", Key, nullable=False),
    Index("event_of_item", "item", "annotator", "id"),
    Index("event_of_annotator", "annotator", "id"),
    Index("event_superseded", "supersedes"),
    sqlite_autoincrement=True,
)


def _answered(row: str) -> str:
    """Whether somebody decided within that draw or, where it took the comment over, within the one that it was drawn by."""
    return f"""EXISTS (
            SELECT 1 FROM event e WHERE e.item = {row}.item_id AND (
              e.draw = {row}.draw_id
              OR ({row}.slots = 0 AND EXISTS (
                SELECT 1 FROM draw_item f JOIN draw u ON u.id = f.draw_id
                WHERE f.draw_id = e.draw AND f.item_id = e.item AND f.inclusion IS NOT NULL
                  AND u.purpose IN ('estimate', 'audit')))))"""  # noqa: S608 - our own words


def _rank(draw: str, row: str) -> str:
    return (
        f"(CASE {draw}.purpose WHEN 'estimate' THEN 0 WHEN 'audit' THEN 2 ELSE 4 END"
        f" + CASE {row}.slots WHEN 0 THEN 0 ELSE 1 END)"
    )


VIEWS = {
    # every answer that was not taken back
    "answer": """
        SELECT e.* FROM event e
        WHERE e.kind IN ('label', 'relabel', 'import', 'skip')
          AND NOT EXISTS (SELECT 1 FROM event u WHERE u.supersedes = e.id AND u.kind = 'undo')
    """,
    # each annotator's last answer to each comment, with the flags and the note that were added to it later
    "standing": """
        SELECT a.id, a.kind, a.item, a.annotator, a.stance, a.reason, a.codebook, a.draw, a.text_sha256, a.origin, a.at,
               a.suggestion_timing,
               COALESCE((SELECT f.flags FROM event f WHERE f.supersedes = a.id AND f.kind = 'flag'
                         ORDER BY f.id DESC LIMIT 1), a.flags) AS flags,
               COALESCE((SELECT n.note FROM event n WHERE n.supersedes = a.id AND n.kind = 'note'
                         ORDER BY n.id DESC LIMIT 1), a.note) AS note
        FROM answer a
        WHERE NOT EXISTS (SELECT 1 FROM answer b WHERE b.item = a.item AND b.annotator = a.annotator AND b.id > a.id)
    """,
    # the labels among them, on the words that the comment still has
    "label_current": """
        SELECT s.* FROM standing s JOIN item i ON i.id = s.item
        WHERE s.kind <> 'skip' AND s.text_sha256 = i.text_sha256
    """,
    # each annotator's first blind answer in a draw; a slip that was taken back before any suggestion does not count
    "label_first": """
        SELECT e.* FROM event e
        WHERE e.kind = 'label' AND e.draw IS NOT NULL AND e.suggestion_timing <> 'before'
          AND NOT EXISTS (SELECT 1 FROM event u WHERE u.supersedes = e.id AND u.kind = 'undo'
                          AND u.suggestion_timing <> 'before')
          AND NOT EXISTS (SELECT 1 FROM event f WHERE f.item = e.item AND f.annotator = e.annotator
                          AND f.draw = e.draw AND f.kind = 'label' AND f.id < e.id
                          AND NOT EXISTS (SELECT 1 FROM event v WHERE v.supersedes = f.id AND v.kind = 'undo'
                                          AND v.suggestion_timing <> 'before'))
    """,
    # the last decision between annotators, unless the comment was labelled again under another codebook since
    "adjudicated": """
        SELECT e.* FROM event e JOIN item i ON i.id = e.item
        WHERE e.kind = 'adjudicate' AND e.text_sha256 = i.text_sha256
          AND NOT EXISTS (SELECT 1 FROM event u WHERE u.supersedes = e.id AND u.kind = 'undo')
          AND NOT EXISTS (SELECT 1 FROM event l WHERE l.item = e.item AND l.kind = 'adjudicate' AND l.id > e.id
                          AND NOT EXISTS (SELECT 1 FROM event u WHERE u.supersedes = l.id AND u.kind = 'undo'))
          AND NOT EXISTS (SELECT 1 FROM label_current c WHERE c.item = e.item AND c.id > e.id
                          AND c.codebook <> e.codebook)
    """,
    # adjudicated, else agreed by all who labelled it
    "gold": """
        SELECT a.item, a.stance, 'adjudicated' AS source, a.id AS event_id FROM adjudicated a
        UNION ALL
        SELECT l.item, MIN(l.stance), CASE WHEN COUNT(*) > 1 THEN 'agreed' ELSE 'single' END, MAX(l.id)
        FROM label_current l
        WHERE NOT EXISTS (SELECT 1 FROM adjudicated a WHERE a.item = l.item)
        GROUP BY l.item HAVING MIN(l.stance) = MAX(l.stance)
    """,
    # the draw whose probability a comment's label carries: one for estimates before one for training; of those for
    # estimates the last that took the comment over from earlier ones (slots = 0), with the probability of all together
    "item_draw": f"""
        SELECT d.item_id, d.draw_id, d.stratum, d.inclusion, w.purpose FROM draw_item d JOIN draw w ON w.id = d.draw_id
        WHERE d.inclusion IS NOT NULL AND {_answered("d")}
          AND NOT EXISTS (
            SELECT 1 FROM draw_item o JOIN draw v ON v.id = o.draw_id
            WHERE o.item_id = d.item_id AND o.inclusion IS NOT NULL AND {_answered("o")}
              AND ({_rank("v", "o")} < {_rank("w", "d")}
                   OR ({_rank("v", "o")} = {_rank("w", "d")}
                       AND ((o.slots = 0 AND o.draw_id > d.draw_id) OR (o.slots > 0 AND o.draw_id < d.draw_id)))))
    """,  # noqa: S608 - our own words
}

TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER event_no_{what.lower()} BEFORE {what} ON event "
        "BEGIN SELECT RAISE(ABORT, 'events are never changed or deleted'); END"
        for what in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION event_is_final() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'events are never changed or deleted'; END$$",
        "CREATE TRIGGER event_final BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_is_final()",
        "CREATE TRIGGER event_not_emptied BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_is_final()",
    ],
}
