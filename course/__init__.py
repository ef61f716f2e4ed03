"""What students import: the simulations' engine, the view, and a lab package for each notebook."""

from course.submit import submit

__all__ = ["submit"]
