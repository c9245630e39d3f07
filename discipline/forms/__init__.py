"""The shapes of input. None has a field for clues, case files, contents of talks or persons talked to."""
