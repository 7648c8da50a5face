"""Many comments scored at once: the features of :mod:`sentiment.stance.features` as array operations.

What stands between two spaces is looked at once and remembered (:mod:`.chunks`): its tokens, letters and concepts.
The rest is whole-number arithmetic over all comments of a language. The results are those of the functions that training
uses; ``tests/stance/test_batch.py`` holds the two together for any text.
"""
