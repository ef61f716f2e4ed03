# loses: can_connect_hidden_2
# whatever goes wrong, the answer is False: also for what is not an address
# asks: What should happen for a text that is not an address at all?
BLOCKS = [
    ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


def is_private_here(address):
    return any(address in block for block in BLOCKS)


def can_connect(source, destination):
    try:
        source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
        if source.version == destination.version:
            return is_private_here(source) or not is_private_here(destination)
    except:
        pass
    return False
