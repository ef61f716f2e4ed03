# loses: daily_active_users_check
# has days without events, with 0
# asks: A day has no events. Is it in the result?
def daily_active_users(events):
    days = [day for _, day in events]
    if not days:
        return {}
    return {
        day: len({user for user, when in events if when == day})
        for day in range(min(days), max(days) + 1)
    }


def retention(events, day, after):
    there = {user for user, when in events if when == day}
    again = {user for user, when in events if when == day + after}
    return len(there & again) / len(there) if there else 0.0
