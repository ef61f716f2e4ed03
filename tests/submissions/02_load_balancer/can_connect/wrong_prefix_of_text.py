# loses: can_connect_hidden
# compares texts: all of 172.* and only fd* of fc00::/7
def can_connect(source, destination):
    ipaddress.ip_address(source), ipaddress.ip_address(destination)
    four = ("10.", "172.", "192.168.")
    if destination.startswith(four):
        return source.startswith(four)
    return not destination.startswith("fd") or source.startswith("fd")
