"""Imported once by the process that workers are forked from: what each of them would import and load for itself."""

import numpy  # noqa: F401
import scipy.sparse  # noqa: F401

import sentiment.engine.pages
import sentiment.engine.table_job
import sentiment.language.batch
import sentiment.stance.tag
import sentiment.threads.html
import sentiment.threads.text  # noqa: F401
from sentiment.language.scores import table

table()  # 10 MiB that the workers then share
