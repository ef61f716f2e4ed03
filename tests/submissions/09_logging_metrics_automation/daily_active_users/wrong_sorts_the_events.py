# loses: daily_active_users_hidden
# sorts the list it was given
# asks: Is the caller's list in its old order after your call?
def daily_active_users(events):
    events.sort(key=lambda event: event[1])
    return {day: len({u for u, when in events if when == day}) for day in {d for _, d in events}}


def retention(events, day, after):
    there = {user for user, when in events if when == day}
    again = {user for user, when in events if when == day + after}
    return len(there & again) / len(there) if there else 0.0
