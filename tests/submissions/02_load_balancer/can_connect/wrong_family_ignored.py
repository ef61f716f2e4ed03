# loses: can_connect_check
# any source reaches any public destination, also of the other family
# asks: Can a machine with only an IPv4 address send a packet to an IPv6 address?
BLOCKS = [
    ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


def is_private_here(address):
    return any(address in block for block in BLOCKS)


def can_connect(source, destination):
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if not is_private_here(destination):
        return True
    return is_private_here(source) and source.version == destination.version
