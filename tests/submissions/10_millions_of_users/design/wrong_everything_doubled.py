# loses: design_check
# a checklist instead of a calculation: two of each
# asks: Which of your numbers follow from the day, and which are a habit?
def design(traffic):
    return Architecture(2, True, 2, 2, True, 2, 2, 2, "power of two choices")
