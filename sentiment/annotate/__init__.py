"""People relabel comments here; what they decide trains the model and corrects the report."""
