"""Measurements: ratios against a peer in the same run, printed as the tables of ``benchmarks/README.md``."""
