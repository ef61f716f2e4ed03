"""Whatever a kernel measures when it is killed: nothing is left of it."""

import os

import pytest

from tests.killed import KINDS, killed

pytestmark = pytest.mark.by_value


@pytest.mark.parametrize("kind", KINDS)
def test_kill_9_of_a_kernel_that_measures_leaves_nothing(kind):
    if not os.path.isdir("/proc/self"):
        pytest.skip("there is no /proc to ask on this system")
    left, processes, _ = killed(kind, processes=5)
    assert processes > 4 and left == []
