"""What holds for all tests."""

import sys
from functools import cache

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


@pytest.fixture(scope="session", autouse=True)
def alembic_is_asked_once():
    """For each new gradebook nbgrader runs `alembic heads`, a second, for what is always the same.

    Where no test needs nbgrader it is not imported, and there is nothing to do.
    """
    if api := sys.modules.get("nbgrader.api"):
        api.get_alembic_version = cache(api.get_alembic_version)


@pytest.fixture(autouse=True)
def no_widget_outlives_its_test():
    """Thousands of pictures in memory would make every search for garbage slow."""
    yield
    Widget.close_all()
