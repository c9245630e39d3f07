"""Every read of the roof."""
