# loses: daily_active_users_hidden
# the share of the later users, not of the earlier ones
# asks: A share of whom: of those at the beginning, or of those later?
def daily_active_users(events):
    users = {}
    for user, day in events:
        users.setdefault(day, set()).add(user)
    return {day: len(those) for day, those in users.items()}


def retention(events, day, after):
    there = {user for user, when in events if when == day}
    again = {user for user, when in events if when == day + after}
    return len(there & again) / len(again) if again else 0.0
