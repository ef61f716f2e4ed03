# loses: daily_active_users_check
# counts how often the app was opened, not how many users did
# asks: Ada opened the app five times. How many users is that?
def daily_active_users(events):
    active = {}
    for _, day in events:
        active[day] = active.get(day, 0) + 1
    return active


def retention(events, day, after):
    there = {user for user, when in events if when == day}
    again = {user for user, when in events if when == day + after}
    return len(there & again) / len(there) if there else 0.0
