# loses: can_connect_check
# Python's is_private holds the documentation's addresses, too: all are one network
# asks: Which blocks does the text call private, and which does Python's word cover?
def can_connect(source, destination):
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if source.version != destination.version:
        return False
    return source.is_private or not destination.is_private
