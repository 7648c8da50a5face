"""The exceptions that this package raises on purpose: one tree, one line of text each.

    SentimentError
    ├── InputError       something is wrong with a file, a page or a table that was given
    ├── TargetError      a target is unknown or its file is not valid
    ├── ModelError       a model file is foreign, damaged, or made for something else
    └── AnnotationError  labels or their store cannot be read or written

A message says what was found, what was expected, and what to try.
"""


class SentimentError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(SentimentError):
    """Something is wrong with a file, a page or a table that was given."""


class TargetError(SentimentError):
    """A target is unknown, or its file is not valid."""


class ModelError(SentimentError):
    """A model file is foreign, damaged, or made for something else."""


class AnnotationError(SentimentError):
    """Labels, or the place where they are kept, cannot be read or written."""
