"""Lists, declared once: columns, filters, sorting."""
