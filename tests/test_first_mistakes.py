"""What a visible check says of the mistakes that beginners make first.

A return is missing, a name comes back instead of an object, an exception is not caught: Python
itself would complain of the check's line, and say nothing of what the student wrote.
"""

import pytest

from tests.course_scripts import NAMES, cells, checks, names_before, run, verdict

# notebook, exercise, what stands in the worked solution, the mistake, what a visible check says
MISTAKES = [
    ("04", "lru_cache", "return len(self.entries)", "len(self.entries)", "yours said [None, True"),
    ("04", "lru_cache", "if key not in self.entries:", "if False:", "yours gave [1, 'a KeyError'"),
    ("04", "single_flight", "value = yield flight", "value = 7", "expected a generator"),
    ("04", "single_flight", "yield flight", "flight.value", "value = yield process"),
    ("05", "distance_km", "return 2 * 6371", "2 * 6371", "yours returned None"),
    ("05", "distance_km", "return min(online", "min(online", "yours gave None"),
    ("05", "distance_km", "edge.location))", "edge.location)).name", "not one of the edges"),
    ("05", "distance_km", "if not online:", "if False:", "expected NoEdgeOnline"),
    ("05", "edge_cache", 'return body, "MISS"', 'body, "MISS"', "None, which is not a pair"),
    ("05", "edge_cache", 'return copy, "STALE"', "return copy", "'answer 1', which is not a pair"),
    ("05", "fetch_with_fallback", "except EdgeDown:", "except KeyError:", "edge down: expected ["),
    ("05", "fetch_with_fallback", 'return body, "cdn"', "return body", "which is not a pair"),
    ("05", "monthly_cost", "return gigabytes", "gigabytes", "yours returned None"),
    ("06", "session_store", "return Response(200, user)", "Response(200, user)", "None, which is"),
    (
        "06",
        "session_store",
        "self.sessions.get(session_id, (None, -math.inf))",
        "self.sessions[session_id]",
        "'a KeyError'",
    ),
    (
        "06",
        "autoscaler",
        "if wanted != running:",
        "if True:",
        "the maximum: they stay 20, which is not a change",
    ),
    ("07", "split", "str(user_id).encode()", "user_id", "str(user_id).encode() makes bytes"),
    ("07", "split", "str(user_id).encode()", "str(user_id)", "str(user_id).encode() makes bytes"),
    ("07", "split", "weights):", "weights):\n    return", "yours: None"),
    ("07", "rolling_deploy", "return Deployment(True", "Deployment(True", "None, which is"),
    (
        "07",
        "rolling_deploy",
        "[center for center, _ in before]",
        "[center.name for center, _ in before]",
        "got [True, [\"'a'\"",
    ),
]


@pytest.mark.parametrize(("notebook", "exercise", "right", "mistake", "says"), MISTAKES)
def test_a_first_mistake_gets_a_sentence(notebook, exercise, right, mistake, says):
    name = next(name for name in NAMES if name.startswith(notebook))
    cell = next(cell for cell in cells(name) if cell.grade_id == exercise)
    assert right in cell.text
    namespace = dict(names_before(name, exercise))
    run(cell.text.replace(right, mistake), namespace)
    visible = [check for check in checks(name, exercise) if not check.hidden]
    said = [verdict(check, namespace) for check in visible]
    assert any(says in sentence for sentence in said), said
