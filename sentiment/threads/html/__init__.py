"""HTML pages: the article and its comments by known systems, by structured data, or by what repeats."""

from sentiment.threads.html.read import read_html

__all__ = ["read_html"]
