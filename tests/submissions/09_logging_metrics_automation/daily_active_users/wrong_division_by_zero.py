# loses: daily_active_users_check
# fails where nobody was active
# asks: Nobody was active that day. What do you divide by?
def daily_active_users(events):
    users = {}
    for user, day in events:
        users.setdefault(day, set()).add(user)
    return {day: len(those) for day, those in users.items()}


def retention(events, day, after):
    there = {user for user, when in events if when == day}
    again = {user for user, when in events if when == day + after}
    return len(there & again) / len(there)
