# loses: split_check
# rolls dice: the same user jumps between centers
# asks: The same user comes twice. Do they meet the same center?
import random


def split(user_id, weights):
    return random.choices(list(weights), weights=list(weights.values()))[0]
