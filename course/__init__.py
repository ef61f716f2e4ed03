"""What students import: the engine of the simulations, the view, and one lab package a notebook."""

from course.submit import submit

__all__ = ["submit"]
