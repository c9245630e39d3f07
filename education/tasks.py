"""Background work: takes ids, makes one call."""
