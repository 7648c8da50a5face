"""Imported once by the process that workers are forked from: what each of them would import and load for itself."""

from contextlib import suppress

import numpy  # noqa: F401
import scipy.sparse  # noqa: F401

import sentiment.engine.pages
import sentiment.engine.table_job
import sentiment.language.batch
import sentiment.threads.html
import sentiment.threads.text  # noqa: F401
from sentiment.errors import ModelError
from sentiment.language.scores import table
from sentiment.pipeline import DEFAULT_TARGET
from sentiment.stance.tag import packaged_model

table()  # 10 MiB that the workers then share
with suppress(ModelError):  # 0.4 s and 60 MiB, spent in vain where another model is asked for
    packaged_model(DEFAULT_TARGET).scorer.ready()
