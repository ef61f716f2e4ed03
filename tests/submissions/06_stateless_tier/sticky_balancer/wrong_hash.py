# loses: sticky_balancer_check
# the hash of the id modulo the servers: no memory, and everybody moves when one joins
# asks: A server joins. How many sessions change their server?
import zlib


class StickyBalancer:
    def pick(self, session_id, servers):
        up = [s for s in servers if s.healthy]
        if not up:
            raise NoHealthyServer
        return up[zlib.crc32(session_id.encode()) % len(up)]
