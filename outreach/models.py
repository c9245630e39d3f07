"""Tables, constraints, facts about one row."""
