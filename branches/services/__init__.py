"""Every write of the ground floor: keyword-only, atomic verbs with ``by=``, each writing its own audit row."""
