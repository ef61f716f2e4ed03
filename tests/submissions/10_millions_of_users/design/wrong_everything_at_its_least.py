# loses: design_check_2
# cheap, and serves next to nobody
# asks: How many requests does the peak bring, and how many can your tiers serve?
def design(traffic):
    return Architecture(1, False, 0, 0, False, 1, 0, 1, "random")
