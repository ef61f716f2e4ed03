# loses: can_connect_hidden
# a private source reaches every private destination, also of the other family
# asks: Source and destination are both private. What else do they need to have in common?
BLOCKS = [
    ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


def is_private_here(address):
    return any(address in block for block in BLOCKS)


def can_connect(source, destination):
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if is_private_here(destination):
        return is_private_here(source)
    return source.version == destination.version
