"""nbgrader's gradebook: the one reader, the one writer, the roster and exports."""
