# loses: daily_active_users_check
# counts who came back at any time until then
# asks: Does the text ask who came back by that day, or on that day?
def daily_active_users(events):
    users = {}
    for user, day in events:
        users.setdefault(day, set()).add(user)
    return {day: len(those) for day, those in users.items()}


def retention(events, day, after):
    there = {user for user, when in events if when == day}
    again = {user for user, when in events if day < when <= day + after}
    return len(there & again) / len(there) if there else 0.0
