"""Pages for people: feedback to students, the report on a class."""
