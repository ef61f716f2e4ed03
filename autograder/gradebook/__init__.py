"""nbgrader's gradebook: its one reader, its one writer, and the exports."""
