"""Imported once by the process that workers are forked from: what each of them would import and load for itself."""

from contextlib import suppress
from threading import Thread

import numpy  # noqa: F401
import scipy.sparse  # noqa: F401

import sentiment.engine.pages
import sentiment.engine.table_job
import sentiment.threads.html
import sentiment.threads.text  # noqa: F401
from sentiment.errors import ModelError
from sentiment.language.batch import tables
from sentiment.stance.tag import packaged_model

languages = Thread(target=tables)  # 70 MiB that the workers then share; most of the time is unpacking
languages.start()
with suppress(ModelError):  # 0.4 s and 60 MiB, spent in vain where another model is asked for
    packaged_model("xiaomi-us").scorer.ready()
languages.join()  # a process that has threads is not to be forked
