# loses: design_check
# nobody pays such a bill, so nothing counts
# asks: What does your design cost, and what does the budget say?
def design(traffic):
    return Architecture(5_000, True, 50, traffic.data_gb, True, 4, 5_000, 50, "least connections")
