r"""What readers think, said honestly: from saved news pages to the stance of their reader comments.

    >>> import sentiment
    >>> page = sentiment.parse("It rings\n\nComments\n\nann says:\nNice one.\n\nbob says:\nNot for me.")
    >>> [(comment.author, comment.text) for comment in page.comments]
    [('ann', 'Nice one.'), ('bob', 'Not for me.')]

The names below load on first use, so that importing the package stays cheap.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOME = {
    "parse": "sentiment.pipeline",
    "read": "sentiment.pipeline",
    "analyse": "sentiment.pipeline",
    "classify": "sentiment.pipeline",
    "report": "sentiment.reporting",
    "BackendOptions": "sentiment.stance.backends",
    "Page": "sentiment.records",
    "Comment": "sentiment.records",
    "Stance": "sentiment.records",
    "Label": "sentiment.records",
    "Estimate": "sentiment.records",
    "Skipped": "sentiment.records",
    "SentimentError": "sentiment.errors",
}

__all__ = [*_HOME, "__version__"]

if TYPE_CHECKING:
    from sentiment.errors import SentimentError as SentimentError
    from sentiment.pipeline import analyse as analyse
    from sentiment.pipeline import classify as classify
    from sentiment.pipeline import parse as parse
    from sentiment.pipeline import read as read
    from sentiment.records import Comment as Comment
    from sentiment.records import Estimate as Estimate
    from sentiment.records import Label as Label
    from sentiment.records import Page as Page
    from sentiment.records import Skipped as Skipped
    from sentiment.records import Stance as Stance
    from sentiment.reporting import report as report
    from sentiment.stance.backends import BackendOptions as BackendOptions


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'sentiment' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps ``sentiment.report`` the function: the first import from the folder of that name would put the module there."""

    @property
    def report(self) -> object:
        """The function :func:`sentiment.reporting.report`."""
        return getattr(import_module(_HOME["report"]), "report")  # noqa: B009 - the module is not known to type checkers

    @report.setter
    def report(self, module: ModuleType) -> None:
        """Leave it as it is; the module is found in ``sys.modules``."""


sys.modules[__name__].__class__ = _Package
