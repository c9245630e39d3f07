"""The lists of the wing, declared once for page and sheet."""
