# loses: can_connect_hidden_2
# two different families are refused before both are known to be addresses
# asks: One text is not an address and the other one is of another family. What do you notice
# first?
BLOCKS = [
    ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


def is_private_here(address):
    return any(address in block for block in BLOCKS)


def can_connect(source, destination):
    if (":" in source) != (":" in destination):
        return False
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    return is_private_here(source) or not is_private_here(destination)
