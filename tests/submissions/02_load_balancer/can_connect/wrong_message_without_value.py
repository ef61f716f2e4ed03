# loses: can_connect_hidden_2
# the ValueError does not say which value was wrong
# asks: Two texts go in and one is wrong. Which one does your error name?
BLOCKS = [
    ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


def is_private_here(address):
    return any(address in block for block in BLOCKS)


def can_connect(source, destination):
    try:
        source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    except ValueError:
        raise ValueError("not an IP address")
    if source.version != destination.version:
        return False
    return is_private_here(source) or not is_private_here(destination)
