# loses: daily_active_users_check
# a percentage instead of a share
# asks: Is a share of one half 0.5 or 50?
def daily_active_users(events):
    users = {}
    for user, day in events:
        users.setdefault(day, set()).add(user)
    return {day: len(those) for day, those in users.items()}


def retention(events, day, after):
    there = {user for user, when in events if when == day}
    again = {user for user, when in events if when == day + after}
    return 100 * len(there & again) / len(there) if there else 0.0
