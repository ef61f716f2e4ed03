"""A class through a term: class list, dates, what goes out to students and systems, next year."""
