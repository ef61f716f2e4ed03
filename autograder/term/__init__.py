"""A class through a term: its list, its dates, who leaves, what goes back to the LMS."""
