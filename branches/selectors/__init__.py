"""Every read that a page or a report needs."""
