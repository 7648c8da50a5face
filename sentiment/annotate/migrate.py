"""Making a store, and bringing an older one up to date: numbered steps, each in one transaction.

A step is a function that is given the connection. A step that has been released is never edited; a change of the tables
is a new step at the end.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, inspect, select, text

from sentiment.annotate import schema
from sentiment.annotate.database import address, explained, writing
from sentiment.errors import AnnotationError

FORMAT = "sentiment annotations"


def _create(connection: Connection) -> None:
    schema.metadata.create_all(connection)
    for name, query in schema.VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {query}"))
    for statement in schema.TRIGGERS[connection.dialect.name]:
        connection.execute(text(statement))


def _index_annotators(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE INDEX IF NOT EXISTS slot_of_annotator ON slot (annotator, draw_id, item_id) WHERE annotator IS NOT NULL"
        )
    )


def _draws_of_draws(connection: Connection) -> None:
    """A draw may take over the comments of earlier ones; made again also in a store that has just been made."""
    connection.execute(text("DROP VIEW item_draw"))
    connection.execute(text(f"CREATE VIEW item_draw AS {schema.VIEWS['item_draw']}"))


STEPS: list[Callable[[Connection], None]] = [_create, _index_annotators, _draws_of_draws]


def prepare(engine: Engine, target: str) -> None:
    """Make the store if there is none; bring an older one up to date.

    Raises:
        AnnotationError: it is a database of something else, of another target, or made by a newer version.
    """
    with explained(engine):
        tables = set(inspect(engine).get_table_names())
    if "store_info" in tables:
        done = _check(engine, target)
    elif tables:
        raise AnnotationError(f"{address(engine)} holds something else (tables {', '.join(sorted(tables)[:5])})")
    else:
        done = 0
    if done == len(STEPS):
        return
    with writing(engine) as connection:
        _lock(connection)
        if inspect(connection).has_table("store_info"):  # another process was faster
            done = int(_value(connection, "schema") or 0)
        for step in STEPS[done:]:
            step(connection)
        connection.execute(schema.info.delete().where(schema.info.c.key.in_(["format", "target", "schema"])))
        rows = {"format": FORMAT, "target": target, "schema": str(len(STEPS))}
        connection.execute(schema.info.insert(), [{"key": key, "value": value} for key, value in rows.items()])


def _check(engine: Engine, target: str) -> int:
    """The number of steps that a store has seen."""
    with explained(engine), engine.connect() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("store_info")}
        if columns != {"key", "value"} or _value(connection, "format") != FORMAT:
            raise AnnotationError(f"{address(engine)} is a database of something else")
        there, done = _value(connection, "target"), int(_value(connection, "schema") or 0)
    if there != target:
        raise AnnotationError(f"{address(engine)} holds labels for {there}, not for {target}; name another with --db")
    if done > len(STEPS):
        raise AnnotationError(
            f"{address(engine)} was made by a newer version (schema {done}, this one knows {len(STEPS)}): "
            "pip install --upgrade reader-sentiment"
        )
    return done


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE has it already
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('sentiment annotations'))"))


def _value(connection: Connection, key: str) -> str | None:
    return connection.scalar(select(schema.info.c.value).where(schema.info.c.key == key))
