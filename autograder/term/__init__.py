"""A class through a term: dates, class list, removal, LMS, next year."""
