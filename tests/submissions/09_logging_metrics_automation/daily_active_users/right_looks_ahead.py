from collections import defaultdict


def daily_active_users(events):
    found = defaultdict(set)
    for user, day in set(events):
        found[day] |= {user}
    return {day: len(found[day]) for day in sorted(found)}


def retention(events, day, after):
    assert after >= 0, "nobody comes back before"
    first = [user for user, when in set(events) if when == day]
    later = [user for user, when in set(events) if when == day + after and user in first]
    return 0.0 if not first else len(later) / len(first)
