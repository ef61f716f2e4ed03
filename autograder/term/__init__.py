"""A class through a term: its dates, its list, and what comes after it."""
