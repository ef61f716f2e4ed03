"""From one script a notebook to a released, graded course: build, then nbgrader."""
