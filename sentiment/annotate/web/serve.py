"""The pages put together and served: one process, on this computer only unless there are accounts."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from importlib import resources

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sentiment.annotate.store import Store
from sentiment.annotate.web.accounts import any_account
from sentiment.annotate.web.api import Api
from sentiment.annotate.web.guard import LOOPBACK, Guard
from sentiment.annotate.web.pages import Pages
from sentiment.annotate.web.site import Site, WebOptions
from sentiment.errors import AnnotationError

__all__ = ["WebOptions", "make_app", "serve"]


def make_app(store: Store, options: WebOptions) -> Starlette:
    """The application.

    Raises:
        AnnotationError: others could reach it and nobody has an account.
    """
    accounts = any_account(store)
    if not accounts and options.host not in LOOPBACK:
        raise AnnotationError(
            f"on {options.host} others can reach the page, so accounts are needed: sentiment annotate web --add-user NAME:lead"
        )
    site = Site(store, options, accounts=accounts)
    pages, api = Pages(site), Api(site)
    routes = [
        Route("/", pages.label, methods=["GET", "POST"]),
        Route("/history", pages.history, methods=["GET", "POST"]),
        Route("/codebook", pages.codebook),
        Route("/dashboard", pages.dashboard),
        Route("/adjudicate", pages.adjudicate, methods=["GET", "POST"]),
        Route("/api/next", api.next),
        Route("/api/decide", api.decide, methods=["POST"]),
        Route("/health", _health),
        Mount("/static", StaticFiles(directory=str(resources.files("sentiment.annotate.web").joinpath("static")))),
    ]
    if accounts:
        routes += [
            Route("/login", pages.login, methods=["GET", "POST"]),
            Route("/logout", pages.logout, methods=["POST"]),
        ]
    hosts = (*LOOPBACK, options.host, *options.names)
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={HTTPException: pages.problem, AnnotationError: pages.problem},
    )


def serve(store: Store, options: WebOptions, *, tell: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Raises:
        AnnotationError: the port is taken, or accounts are needed.
    """
    app = make_app(store, options)
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((options.host, options.port))
    except OSError as error:
        listening.close()
        raise AnnotationError(
            f"cannot listen on {options.host}:{options.port}: {error.strerror}; try --port 0"
        ) from error
    shown = f"[{options.host}]" if family == socket.AF_INET6 else options.host
    tell(f"Label at http://{shown}:{listening.getsockname()[1]}/   (Ctrl+C to stop; everything is saved as you go)")
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _health(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")
