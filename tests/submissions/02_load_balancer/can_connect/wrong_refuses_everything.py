# loses: can_connect_hidden_2
# takes no text for an address
def can_connect(source, destination):
    raise ValueError(f"{source}, {destination}")
