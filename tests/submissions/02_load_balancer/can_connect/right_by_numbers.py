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

    def family_if_private(address):
        first = address.packed
        if address.version == 6:
            return 6 if first[0] in (0xFC, 0xFD) else 0
        if first[0] == 10 or first[:2] == bytes([192, 168]):
            return 4
        return 4 if first[0] == 172 and 16 <= first[1] <= 31 else 0

    origin, target = family_if_private(read(source)), family_if_private(read(destination))
    return target == 0 or origin == target
