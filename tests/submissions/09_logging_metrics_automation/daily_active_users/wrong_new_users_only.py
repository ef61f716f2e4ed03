# loses: daily_active_users_hidden
# counts only users whose first day it is
# asks: Who counts for a day: all who were active, or only those who are new?
def daily_active_users(events):
    users = {}
    for user, day in events:
        users.setdefault(day, set()).add(user)
    return {day: len(those) for day, those in users.items()}


def retention(events, day, after):
    there = {user for user, when in events if when == day and all(u != user or w >= day for u, w in events)}
    again = {user for user, when in events if when == day + after}
    return len(there & again) / len(there) if there else 0.0
