"""What students import: the simulations' engine, the view, and a lab package for each notebook."""

from course.overview import check
from course.predictions import guesses
from course.submit import submit
from course.verdicts import install

__all__ = ["check", "guesses", "submit"]

install()
