"""What the script of the label page calls: the next comments, and one decision at a time."""

from __future__ import annotations

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from sentiment.annotate import ulid
from sentiment.annotate.codebook import is_version
from sentiment.annotate.database import StoreBusyError
from sentiment.annotate.session import CONTEXT_LINES, Session, Suggestion, Task
from sentiment.annotate.web.site import Site, Visitor, body_of
from sentiment.errors import AnnotationError

AHEAD = 5
"""Comments that a page holds: the one on screen, the next three, and one for a slow answer."""


class Api:
    """The calls of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def next(self, request: Request) -> JSONResponse:
        """The comments that wait for whoever asks."""
        visitor = self._site.visitor(request, "label")
        session = self._site.session(visitor)
        tasks = await run_in_threadpool(session.next, AHEAD)
        return JSONResponse({"tasks": [as_json(task, self._site, self._site.codebook) for task in tasks]})

    async def decide(self, request: Request) -> JSONResponse:
        """Write one decision down. The answer comes when it is on the disk."""
        visitor = self._site.visitor(request, "label")
        self._site.check(visitor, request.headers.get("x-csrf-token"))
        try:
            found = json.loads(await body_of(request))
        except ValueError as error:
            raise HTTPException(400, "this is not JSON") from error
        if not isinstance(found, dict) or not ulid.valid(str(found.get("client", ""))):
            raise HTTPException(400, "a decision carries a ULID as 'client'")
        try:
            return JSONResponse(await run_in_threadpool(self._decide, visitor, found))
        except AnnotationError as error:
            return JSONResponse({"error": str(error)}, status_code=503 if isinstance(error, StoreBusyError) else 422)

    def _decide(self, visitor: Visitor, found: dict[str, Any]) -> dict[str, Any]:
        session = self._site.session(visitor)
        client, kind = str(found["client"]), found.get("kind")
        if kind == "undo":
            event = self._event_of(session, found.get("of"))
            task = session.undo(event, client=client)
            return {"task": as_json(task, self._site) if task else None}
        task = session.task(str(found.get("item")), found.get("draw"))
        if kind == "skip":
            done = session.skip(task, str(found.get("reason")), client=client, ms=_count(found.get("ms")))
            return {"late": done.late, "fresh": done.fresh}
        flags = [str(flag) for flag in found.get("flags") or []]
        note, stance = str(found.get("note") or ""), str(found.get("stance"))
        if kind == "relabel":
            reason = str(found.get("reason") or "second thoughts")
            done = session.relabel(task, stance, reason=reason, flags=flags, note=note, client=client)
            return {"late": done.late, "fresh": done.fresh}
        context = " ".join(
            name for name in found.get("context") or [] if name in ("title", "parent", "quote", "article")
        )
        # the version that held when the comment was handed out, though the decision may have waited in the browser
        version = str(found.get("codebook") or "")
        done = session.decide(
            task,
            stance,
            flags=flags,
            note=note,
            ms=_count(found.get("ms")),
            client=client,
            context=context,
            codebook=version if is_version(self._site.store, version) else None,
        )
        shown = session.suggestion(task)
        return {"late": done.late, "fresh": done.fresh, "suggestion": _about(session, task, shown) if shown else None}

    def _event_of(self, session: Session, client: Any) -> str | None:
        """The event that a browser's ULID stands for; None takes the last."""
        if not client:
            return None
        query = "SELECT id FROM event WHERE client = :client AND annotator = :annotator"
        found = self._site.store.rows(query, client=str(client), annotator=session.annotator)
        if not found:
            raise AnnotationError(f"there is no decision {client} to take back")
        return str(found[0]["id"])


def as_json(task: Task, site: Site, codebook: str = "") -> dict[str, Any]:
    """A comment for the script, and the codebook it is decided by; without what a model says of it."""
    lines = task.article.split("\n")
    return {
        "item": task.item,
        "codebook": codebook,
        "draw": task.draw,
        "drawNumber": task.draw_number,
        "purpose": task.purpose,
        "text": task.text,
        "language": task.language,
        "outlet": task.outlet,
        "title": task.title,
        "url": task.url if task.url.startswith(("http://", "https://")) else "",
        "article": "\n".join(lines[:CONTEXT_LINES]) + ("\n…" if len(lines) > CONTEXT_LINES else ""),
        "quote": task.quote,
        "parent": task.parent,
        "question": site.options.question(task.language),
    }


def _about(session: Session, task: Task, shown: Suggestion) -> dict[str, Any]:
    """A suggestion for the script, with the comment in pieces and what each weighs."""
    about: dict[str, Any] = {"stance": shown.stance, "probability": round(shown.probability, 2)}
    if found := session.why(task, shown):
        about["why"] = {"parts": found.parts, "concepts": found.concepts}
    return about


def _count(value: Any) -> int | None:
    return min(value, 2**31 - 1) if isinstance(value, int) and value >= 0 else None
