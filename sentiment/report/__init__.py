"""Shares with intervals per group, and the tables and files that tell them."""
