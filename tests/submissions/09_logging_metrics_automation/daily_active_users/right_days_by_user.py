def daily_active_users(events):
    active = {}
    for day in {day for _, day in events}:
        active[day] = len({user for user, when in events if when == day})
    return active


def retention(events, day, after):
    days = {}
    for user, when in events:
        days.setdefault(user, []).append(when)
    there = [user for user in days if day in days[user]]
    back = [user for user in there if day + after in days[user]]
    return len(back) / max(1, len(there))
