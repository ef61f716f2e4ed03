# loses: can_connect_hidden
# compares texts: all of 172.* and only fd* of fc00::/7
# asks: Is 172.200.0.1 private? How far does that block really go?
def can_connect(source, destination):
    if ipaddress.ip_address(source).version != ipaddress.ip_address(destination).version:
        return False
    private = ("10.", "172.", "192.168.", "fd")
    return source.startswith(private) or not destination.startswith(private)
