"""The shape of input; never writes."""
