# loses: split_hidden
# fills up the centers in the order in which users come: another order, another center
# asks: Two machines see the users in different orders. Do they agree about each user?
taken = {}


def split(user_id, weights):
    counts, users = taken.setdefault(str(weights), ({name: 0 for name in weights}, {}))
    if user_id not in users:
        chosen = min(
            (name for name in weights if weights[name]),
            key=lambda name: (counts[name] + 1) / weights[name],
        )
        counts[chosen] += 1
        users[user_id] = chosen
    return users[user_id]
