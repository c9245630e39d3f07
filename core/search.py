"""How words are found in the database."""

from __future__ import annotations


def contains(word: str) -> str:
    """
    The lookup that finds ``word`` anywhere. Chinese has no case, and without UPPER() PostgreSQL knows how common the
    word is: for a common one it walks the newest rows and stops, instead of sorting all that match.
    """
    return "contains" if word.upper() == word.lower() else "icontains"
