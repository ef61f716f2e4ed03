"""A whole term at full size: does the export equal a table that is worked out independently?

    python benchmarks/term.py                    200 students × 10 notebooks (half an hour or more)
    python benchmarks/term.py --students 24 --notebooks 2

What happens in the term: tests/whole_term.py. Prints what the commands said, and then the seconds.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.course_scripts import NAMES
from tests.whole_term import play


def main() -> None:
    """Play the term and compare; exit with 1 if the tables differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--notebooks", type=int, default=len(NAMES))
    asked = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        names = NAMES[1 : asked.notebooks] + NAMES[:1] if asked.notebooks > 1 else NAMES[1:2]
        exported, expected = play(Path(folder, "course"), asked.students, names, _say)
    pairs = [(who, name) for who in expected for name in expected[who]]
    wrong = [
        pair
        for pair in pairs
        if abs(exported[pair[0]][pair[1]] - expected[pair[0]][pair[1]]) > 0.005
    ]
    print("\n| student | notebook | exported | expected |\n|---|---|--:|--:|")
    for who, name in [*pairs[:: max(1, len(pairs) // 12)], *wrong]:
        print(f"| {who} | {name} | {exported[who][name]:.2f} | {expected[who][name]:.2f} |")
    seconds = time.monotonic() - started
    print(f"\n{len(pairs)} grades, {len(wrong)} differ, {seconds:.0f} s in all")
    sys.exit(bool(wrong))


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
