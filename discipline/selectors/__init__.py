"""Every read of the wing that a page or a file needs."""
