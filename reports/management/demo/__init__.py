"""A fictional city, the same for the same seed: generated names, neutral topics, uneven reality."""
