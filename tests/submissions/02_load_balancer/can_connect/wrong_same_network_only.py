# loses: can_connect_hidden
# only sources in the destination's own block, not every private one
# asks: One machine is in 10.0.0.0/8, the other in 192.168.0.0/16. What does the text say about
# them?
BLOCKS = [
    ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


def is_private_here(address):
    return any(address in block for block in BLOCKS)


def can_connect(source, destination):
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if source.version != destination.version:
        return False
    for block in BLOCKS:
        if destination in block:
            return source in block
    return True
