"""Where a comment stands toward a target: targets, features, training, scoring, evaluation."""
