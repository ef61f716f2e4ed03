# loses: design_check_2
# cheap, and serves next to nobody
def design(traffic):
    return Architecture(1, False, 0, 0, False, 1, 0, 1, "random")
