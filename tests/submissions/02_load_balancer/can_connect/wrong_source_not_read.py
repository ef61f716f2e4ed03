# loses: can_connect_hidden_2
# looks at the source only when the destination is private
# asks: The destination is public and the source is nonsense. Does anybody look at the source?
BLOCKS = [
    ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


def is_private_here(address):
    return any(address in block for block in BLOCKS)


def can_connect(source, destination):
    target = ipaddress.ip_address(destination)
    if (":" in source) != (target.version == 6):
        return False
    if not is_private_here(target):
        return True
    return is_private_here(ipaddress.ip_address(source))
