"""What holds for all tests."""

import pytest
from ipywidgets import Widget

# the longest first, so that at the end no processor waits for one of them
LONG = (
    "test_browser.py",
    "test_nbgrader.py",
    "test_grading.py",
    "test_load_balancer.py",
    "test_millions_of_users.py",
    "test_published_tree.py",
    "test_cache.py",
    "test_message_queue.py",
    "test_submissions.py",
    "test_database_replication.py",
    "test_docs.py",
    "test_builder.py",
)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(autouse=True)
def no_widget_outlives_its_test():
    """Thousands of pictures in memory would make every search for garbage slow."""
    yield
    Widget.close_all()
