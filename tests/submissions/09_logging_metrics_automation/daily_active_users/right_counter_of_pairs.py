from collections import Counter


def daily_active_users(events):
    return dict(Counter(day for _, day in set(events)))


def retention(events, day, after):
    pairs = set(events)
    users = [user for user, when in pairs if when == day]
    if not users:
        return 0.0
    return sum((user, day + after) in pairs for user in users) / len(users)
