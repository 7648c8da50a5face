"""What all pages share: the store, who is asking, templates, and the token that proves a form is ours."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from sentiment.annotate.adjudication import Desk
from sentiment.annotate.codebook import current_version
from sentiment.annotate.events import ADJUDICATION_REASONS, CHANGE_REASONS, FLAGS, SKIP_REASONS
from sentiment.annotate.session import Explain, Session
from sentiment.annotate.store import Store
from sentiment.annotate.web.accounts import languages_of, role_of, web_secret, who
from sentiment.annotate.web.guard import BODY_LIMIT
from sentiment.records import STANCES

COOKIE = "sentiment_session"
RIGHTS = {
    "annotator": ("label", "history", "codebook"),
    "adjudicator": ("label", "history", "codebook", "adjudicate"),
    "lead": ("label", "history", "codebook", "adjudicate", "dashboard"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """How the pages are served."""

    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    """Further host names under which they are reached."""
    user: str = "anonymous"
    """Who labels, where nobody has to log in."""
    title: str = ""
    question: Callable[[str], str]
    """The target's question in a language."""
    codebook: str = ""
    """Version of the codebook, and its text, where the store holds none."""
    codebook_text: str = ""
    explain: Explain = lambda _task, _suggestion: None
    """Why a model suggests what it does."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking."""

    name: str
    role: str
    token: str

    def may(self, page: str) -> bool:
        """Whether this page is for them."""
        return page in RIGHTS[self.role]


class Site:
    """The pages of one store.

    Args:
        store: where labels lie.
        options: how to serve.
        accounts: whether people log in.
    """

    def __init__(self, store: Store, options: WebOptions, *, accounts: bool) -> None:
        self.store, self.options, self.accounts = store, options, accounts
        self._secret = web_secret(store)
        self._sessions: dict[str, Session] = {}

    @cached_property
    def _templates(self) -> Environment:
        loader = PackageLoader("sentiment.annotate.web")
        return Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    def session(self, visitor: Visitor) -> Session:
        """The session of an annotator; one for all their windows."""
        found = self._sessions.get(visitor.name)
        if found is None:
            languages = languages_of(self.store, visitor.name) if self.accounts else ()
            found = Session(
                self.store,
                visitor.name,
                codebook=self.codebook,
                origin="web",
                languages=languages,
                explain=self.options.explain,
            )
            self._sessions[visitor.name] = found
        else:
            found.follow(self.codebook)
        return found

    @property
    def codebook(self) -> str:
        """The version of the codebook that holds now; it may be published while the pages are served."""
        return current_version(self.store, self.options.codebook)

    def desk(self, visitor: Visitor) -> Desk:
        """The desk of an adjudicator."""
        return Desk(self.store, visitor.name, codebook=self.codebook, origin="web")

    def visitor(self, request: Request, page: str | None = None) -> Visitor:
        """Who is asking, if they may see this page.

        Raises:
            HTTPException: 401 for who has to log in first, 403 for who may not.
        """
        if not self.accounts:
            return Visitor(self.options.user, "lead", "local")
        token = request.cookies.get(COOKIE, "")
        name = who(self.store, token) if token else None
        if name is None:
            raise HTTPException(401, "please log in")
        found = Visitor(name, role_of(self.store, name) or "annotator", token)
        if page is not None and not found.may(page):
            raise HTTPException(403, f"this page is for others than the role {found.role}")
        return found

    def token(self, visitor: Visitor) -> str:
        """What a form of ours carries and no other site knows."""
        return hmac.new(self._secret, f"{visitor.token} {visitor.name}".encode(), hashlib.sha256).hexdigest()

    def check(self, visitor: Visitor, token: object) -> None:
        """Refuse what did not come from a page of ours."""
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), self.token(visitor).encode()):
            raise HTTPException(403, "this form is out of date; load the page again, then send it once more")

    def render(
        self, request: Request, name: str, visitor: Visitor | None = None, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page from its template."""
        values |= {
            "name": name,
            "target": self.options.title or self.store.target,
            "visitor": visitor,
            "accounts": self.accounts,
            "csrf": self.token(visitor) if visitor else "",
            "path": request.url.path,
            "stances": STANCES,
            "flags": FLAGS,
            "skip_reasons": SKIP_REASONS,
            "change_reasons": CHANGE_REASONS,
            "adjudication_reasons": ADJUDICATION_REASONS,
            "question": self.options.question,
        }
        return HTMLResponse(self._templates.get_template(f"{name}.html").render(values), status_code=status)


async def body_of(request: Request) -> bytes:
    """The body of a request, up to what is sensible."""
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > BODY_LIMIT:
            raise HTTPException(413, "this request is too large")
    return data


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form."""
    data = (await body_of(request)).decode("utf-8", "replace")
    return dict(parse_qsl(data, keep_blank_values=True, max_num_fields=50))
