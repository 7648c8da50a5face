"""Stance: targets, features, training, scoring, evaluation and explanation."""
