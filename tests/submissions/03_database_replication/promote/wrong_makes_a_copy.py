# loses: promote_hidden
# returns a new database that only looks like the promoted one
# asks: The caller writes to the database that you return. Does the replica itself see it?
def promote(replicas):
    online = [replica for replica in replicas if replica.online]
    if not online:
        raise NoReplica
    best = max(online, key=lambda replica: replica.lsn)
    return Node(best.name, lsn=best.lsn)


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
