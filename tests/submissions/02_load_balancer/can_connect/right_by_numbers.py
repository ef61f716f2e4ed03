def can_connect(source, destination):
    def read(text):
        try:
            return ipaddress.IPv4Address(text)
        except ValueError:
            pass
        try:
            return ipaddress.IPv6Address(text)
        except ValueError:
            raise ValueError(f"{text!r} is no IP address") from None

    def is_private(address):
        first = address.packed
        if address.version == 6:
            return first[0] in (0xFC, 0xFD)
        if first[0] == 10 or first[:2] == bytes([192, 168]):
            return True
        return first[0] == 172 and 16 <= first[1] <= 31

    origin, target = read(source), read(destination)
    return len(origin.packed) == len(target.packed) and is_private(origin) >= is_private(target)
