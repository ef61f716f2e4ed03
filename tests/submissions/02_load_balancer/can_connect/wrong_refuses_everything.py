# loses: can_connect_hidden_2
# takes no text for an address
# asks: Call it with two ordinary addresses. Which of them is not one?
def can_connect(source, destination):
    raise ValueError(f"{source}, {destination}")
