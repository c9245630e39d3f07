"""Measurements against a reference taken in the same run. Not tests: they give ratios, a person reads them."""
