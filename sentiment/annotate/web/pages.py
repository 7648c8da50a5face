"""The pages: label, history, codebook, dashboard, adjudication, login."""

from __future__ import annotations

import time
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sentiment.annotate.agree import agree
from sentiment.annotate.codebook import current_text, without_head
from sentiment.annotate.leases import MOST
from sentiment.annotate.progress import overview, shares
from sentiment.annotate.web.accounts import LOGIN_SECONDS, log_in, log_out
from sentiment.annotate.web.api import AHEAD, as_json
from sentiment.annotate.web.site import COOKIE, Site, form_of
from sentiment.errors import AnnotationError

_FAILURES = 5
_PAUSE = 60.0
"""After so many wrong passwords a name has to wait this many seconds."""


class Pages:
    """The pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._failed: dict[str, list[float]] = {}

    async def label(self, request: Request) -> Response:
        """The comment to decide; works without the script too, one form per decision."""
        site = self._site
        visitor = site.visitor(request, "label")
        session = site.session(visitor)
        if request.method == "POST":
            form = await form_of(request)
            site.check(visitor, form.get("csrf"))
            await run_in_threadpool(_by_form, session, form)
            return RedirectResponse("/", 303)
        tasks = await run_in_threadpool(session.next, AHEAD)
        left = await run_in_threadpool(session.queue.left)
        found = [as_json(task, site, site.codebook) for task in tasks]
        first = found[0] if found else None
        return site.render(request, "label", visitor, tasks=found, task=first, left=left, most_left=MOST)

    async def history(self, request: Request) -> Response:
        """One's own decisions, to look at and to change with one click."""
        site = self._site
        visitor = site.visitor(request, "history")
        session = site.session(visitor)
        if request.method == "POST":
            form = await form_of(request)
            site.check(visitor, form.get("csrf"))
            task = await run_in_threadpool(session.task, form.get("item", ""), form.get("draw") or None)
            await run_in_threadpool(_relabel, session, task, form)
            return RedirectResponse(f"/history#{form.get('item', '')}", 303)
        rows = await run_in_threadpool(session.history)
        return site.render(request, "history", visitor, rows=rows)

    async def codebook(self, request: Request) -> Response:
        """The definitions, with their examples."""
        site = self._site
        visitor = site.visitor(request, "codebook")
        text = without_head(current_text(site.store) or site.options.codebook_text)
        html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
        # markdown-it has escaped everything in it; html in the source is shown as text
        return site.render(request, "codebook", visitor, text=Markup(html), version=site.codebook)  # noqa: S704

    async def dashboard(self, request: Request) -> Response:
        """How far the work is, how well people agree, what is still needed."""
        site = self._site
        visitor = site.visitor(request, "dashboard")
        found: dict[str, Any] = await run_in_threadpool(overview, site.store)
        agreed = await run_in_threadpool(lambda: agree(site.store, ("language",), draws=300))
        estimated = await run_in_threadpool(shares, site.store)
        return site.render(request, "dashboard", visitor, found=found, agreed=agreed, estimated=estimated)

    async def adjudicate(self, request: Request) -> Response:
        """One comment on which annotators differ."""
        site = self._site
        visitor = site.visitor(request, "adjudicate")
        desk, session = site.desk(visitor), site.session(visitor)
        if request.method == "POST":
            form = await form_of(request)
            site.check(visitor, form.get("csrf"))
            task = await run_in_threadpool(session.task, form.get("item", ""))
            flags = [name for name in form if name.startswith("flag-")]
            note = form.get("note", "")
            await run_in_threadpool(
                lambda: desk.decide(
                    task, form.get("stance", ""), form.get("reason", ""), flags=[name[5:] for name in flags], note=note
                )
            )
            return RedirectResponse("/adjudicate", 303)
        waiting = await run_in_threadpool(desk.waiting)
        later = request.query_params.get("after", "")
        place = waiting.index(later) + 1 if later in waiting else 0
        item = waiting[place] if place < len(waiting) else None
        shown = as_json(await run_in_threadpool(session.task, item), site) if item else None
        opinions = await run_in_threadpool(desk.opinions, item) if item else []
        return site.render(request, "adjudicate", visitor, task=shown, opinions=opinions, waiting=len(waiting))

    async def login(self, request: Request) -> Response:
        """Name and password; too many wrong ones have to wait."""
        site = self._site
        if request.method == "GET":
            return site.render(request, "login", problem="")
        form = await form_of(request)
        handle = form.get("handle", "")
        recent = [at for at in self._failed.get(handle, []) if at > time.monotonic() - _PAUSE]
        self._failed[handle] = recent
        if len(recent) >= _FAILURES:
            return site.render(request, "login", status=429, problem="Too many wrong passwords; try again in a minute.")
        token = await run_in_threadpool(log_in, site.store, handle, form.get("password", ""))
        if token is None:
            recent.append(time.monotonic())
            return site.render(request, "login", status=401, problem="Name or password is wrong.")
        answer = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, token, max_age=LOGIN_SECONDS, httponly=True, samesite="strict", secure=secure)
        return answer

    async def logout(self, request: Request) -> Response:
        """Forget this browser."""
        visitor = self._site.visitor(request)
        self._site.check(visitor, (await form_of(request)).get("csrf"))
        await run_in_threadpool(log_out, self._site.store, visitor.token)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer

    async def problem(self, request: Request, error: Exception) -> Response:
        """What went wrong, on a page of its own."""
        status = error.status_code if isinstance(error, HTTPException) else 422
        said = str(error.detail if isinstance(error, HTTPException) else error)
        if request.url.path.startswith("/api/"):
            from starlette.responses import JSONResponse

            return JSONResponse({"error": said}, status_code=status)
        if status == 401:
            return RedirectResponse("/login", 303)
        return self._site.render(request, "problem", status=status, said=said)


def _by_form(session: Any, form: dict[str, str]) -> None:
    client = form.get("client") or None
    if form.get("action") == "undo":
        session.undo(client=client)
        return
    task = session.task(form.get("item", ""), form.get("draw") or None)
    if form.get("skip"):
        session.skip(task, form["skip"], client=client)
        return
    flags = [name[5:] for name in form if name.startswith("flag-")]
    note = form.get("note", "")
    session.decide(task, form.get("stance", ""), flags=flags, note=note, client=client, suggest=False)


def _relabel(session: Any, task: Any, form: dict[str, str]) -> None:
    if form.get("action") == "undo":
        session.undo(form.get("event"))
        return
    standing = next((row for row in session.history() if row["item"] == task.item), None)
    if standing is None:
        raise AnnotationError("you have no label on this comment")
    reason = form.get("reason") or "second thoughts"
    session.relabel(
        task,
        form.get("stance", ""),
        reason=reason,
        flags=(standing["flags"] or "").split(),
        note=standing["note"] or "",
    )
