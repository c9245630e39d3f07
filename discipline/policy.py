"""Pure calculations; imports no Django."""
