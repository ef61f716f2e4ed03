# loses: can_connect_hidden
# fc and fd at the beginning of the text: not FC00::, but fc::1, which is public
# asks: How many bits of the address does /7 fix, and how can the rest be written?
FOUR = [ipaddress.ip_network(b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def is_private_here(text):
    if ":" in text:
        return text.startswith(("fc", "fd"))
    return any(ipaddress.ip_address(text) in block for block in FOUR)


def can_connect(source, destination):
    versions = [ipaddress.ip_address(text).version for text in (source, destination)]
    if versions[0] != versions[1]:
        return False
    return is_private_here(source) or not is_private_here(destination)
