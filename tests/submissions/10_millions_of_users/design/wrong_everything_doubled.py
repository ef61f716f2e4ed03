# loses: design_check
# a checklist instead of a calculation: two of each
def design(traffic):
    return Architecture(2, True, 2, 2, True, 2, 2, 2, "power of two choices")
