"""Commands behind the Makefile. Run from the project's root: `python -m scripts.run`."""
