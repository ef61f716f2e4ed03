"""The trace of a student's attempts: which designs they have tried, one after the other."""

from dataclasses import fields

from course.millions_of_users.design import Architecture

LENGTH = 10


class Trace:
    """The last designs tried. While one number alone is moved, that is one attempt, not many."""

    def __init__(self):
        self.tried = []  # DayResults, the present one last

    def add(self, result):
        """Note a DayResult; return those of up to LENGTH attempts before it, the oldest first."""
        tried = self.tried
        if len(tried) > 1:
            before = tried[-2].architecture
            changed = _changed(before, tried[-1].architecture)
            if len(_changed(before, result.architecture) | changed) <= 1:
                tried.pop()
        if tried and not _changed(tried[-1].architecture, result.architecture):
            tried.pop()
        tried.append(result)
        del tried[: -LENGTH - 1]
        return tried[:-1]


def _changed(one, other):
    return {
        field.name
        for field in fields(Architecture)
        if getattr(one, field.name) != getattr(other, field.name)
    }
