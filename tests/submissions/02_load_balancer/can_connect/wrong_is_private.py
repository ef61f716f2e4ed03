# loses: can_connect_check
# Python's is_private holds the documentation's addresses, too: the balancer cannot be reached
def can_connect(source, destination):
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if not destination.is_private:
        return True
    return source.is_private and source.version == destination.version
