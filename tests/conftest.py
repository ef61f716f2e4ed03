"""What holds for all tests."""

import pytest
from ipywidgets import Widget


@pytest.fixture(autouse=True)
def no_widget_outlives_its_test():
    """Thousands of pictures in memory would make every search for garbage slow."""
    yield
    Widget.close_all()
