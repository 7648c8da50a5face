"""Accounts, passwords and logins of a team. One person on their own computer needs none of it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime

from sqlalchemy import delete, select

from sentiment.annotate import schema
from sentiment.annotate.database import writing
from sentiment.annotate.store import Store, upsert
from sentiment.errors import AnnotationError

ROLES = ("annotator", "adjudicator", "lead")
LOGIN_SECONDS = 14 * 24 * 3600
LEAST_LETTERS = 8
_COST = {"n": 2**14, "r": 8, "p": 1}
"""About 50 ms and 16 MB per try on a laptop; RFC 7914's parameters for interactive logins."""


def add_account(store: Store, handle: str, password: str, role: str = "", languages: str = "") -> str:
    """Make an account, or change its password and role; gives the role.

    An account that came from the files has no password yet; without a role and languages it keeps what stands there.

    Raises:
        AnnotationError: the name, the password or the role will not do.
    """
    if not handle.strip() or len(handle) > 80 or not handle.isprintable():
        raise AnnotationError(f"{handle!r} will not do as a name; use up to 80 printable signs")
    there = store.rows("SELECT role, languages FROM annotator WHERE handle = :handle", handle=handle)
    if there and not role:
        languages = languages or there[0]["languages"]
    role = role or (there[0]["role"] if there else "annotator")
    if role not in ROLES:
        raise AnnotationError(f"unknown role {role!r}; there are {', '.join(ROLES)}")
    if len(password) < LEAST_LETTERS:
        raise AnnotationError(f"the password is too short; {LEAST_LETTERS} signs or more")
    salt = secrets.token_bytes(16)
    secret = f"scrypt${b64encode(salt).decode()}${b64encode(_scrypt(password, salt)).decode()}"
    row = {"handle": handle, "role": role, "languages": languages, "secret": secret}
    with writing(store.engine) as connection:
        upsert(connection, schema.annotator, [{**row, "at": datetime.now(UTC).isoformat(timespec="seconds")}])
        connection.execute(delete(schema.login).where(schema.login.c.handle == handle))
    return role


def any_account(store: Store) -> bool:
    """Whether anybody can log in at all."""
    return bool(store.rows("SELECT handle FROM annotator WHERE secret IS NOT NULL LIMIT 1"))


def role_of(store: Store, handle: str) -> str | None:
    """The role of an account, None where there is none."""
    found = store.rows("SELECT role FROM annotator WHERE handle = :handle", handle=handle)
    return found[0]["role"] if found else None


def languages_of(store: Store, handle: str) -> tuple[str, ...]:
    """The languages that an account reads; empty means all."""
    found = store.rows("SELECT languages FROM annotator WHERE handle = :handle", handle=handle)
    return tuple(found[0]["languages"].split()) if found else ()


def log_in(store: Store, handle: str, password: str) -> str | None:
    """A token for the browser, or None where name or password is wrong; both take the same time."""
    found = store.rows("SELECT secret FROM annotator WHERE handle = :handle", handle=handle)
    _, salt, right = (found[0]["secret"] or "$$" if found else "$$").split("$")
    given = _scrypt(password, b64decode(salt))
    if not right or not hmac.compare_digest(given, b64decode(right)):
        return None
    token = secrets.token_urlsafe(32)
    row = {"token_sha256": _digest(token), "handle": handle, "until": time.time() + LOGIN_SECONDS}
    with writing(store.engine) as connection:
        connection.execute(delete(schema.login).where(schema.login.c.until < time.time()))
        connection.execute(schema.login.insert(), row)
    return token


def who(store: Store, token: str) -> str | None:
    """The account that a token belongs to."""
    table = schema.login
    query = select(table.c.handle).where(table.c.token_sha256 == _digest(token), table.c.until > time.time())
    found = store.rows(query)
    return found[0]["handle"] if found else None


def log_out(store: Store, token: str) -> None:
    """Make a token worthless."""
    with writing(store.engine) as connection:
        connection.execute(delete(schema.login).where(schema.login.c.token_sha256 == _digest(token)))


def web_secret(store: Store) -> bytes:
    """What the pages sign with; kept in the store, so that a page that was open over a restart can still save."""
    table = schema.info
    query = select(table.c.value).where(table.c.key == "web_secret")
    if not (found := store.rows(query)):
        with writing(store.engine) as connection:
            connection.execute(table.insert(), {"key": "web_secret", "value": secrets.token_hex(32)})
        found = store.rows(query)
    return bytes.fromhex(found[0]["value"])


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt or b"nobody", **_COST, maxmem=64 * 2**20)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
