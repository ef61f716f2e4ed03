# loses: can_connect_hidden
# is the text between the first and the last address of a block? 10.9.0.1 comes after 10.255…
# asks: As texts, is 10.9.0.1 before or after 10.255.255.255? And as addresses?
BLOCKS = [
    ("10.0.0.0", "10.255.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]


def is_private_here(text):
    return any(first <= text <= last for first, last in BLOCKS)


def can_connect(source, destination):
    versions = [ipaddress.ip_address(text).version for text in (source, destination)]
    if versions[0] != versions[1]:
        return False
    return is_private_here(source) or not is_private_here(destination)
