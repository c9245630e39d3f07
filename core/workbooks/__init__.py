"""Workbooks: writing large sheets fast, reading uploaded ones safely. `writer` and `reader` are the two doors."""
