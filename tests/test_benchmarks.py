"""Benchmarks that nothing else runs still measure: a file of its own, as each starts a browser."""

import pytest

from benchmarks import slider
from tests.jupyterlab import find_chromium

pytestmark = [
    pytest.mark.skipif(not find_chromium(), reason="no Chromium found (apt install chromium)"),
    pytest.mark.filterwarnings("default"),  # the browser driver's own
]


def test_the_bare_probe_of_the_sliders_is_seen_and_moves():
    (times,) = slider.measure_all({slider.PROBE: slider.PROBE_CODE}, 2).values()
    assert len(times) == 2 and all(0 < each < 10_000 for each in times)
