# loses: promote_hidden
# marks the promoted one as no replica any more
# asks: Which fields of the promoted replica does the text ask you to change?
def promote(replicas):
    online = [replica for replica in replicas if replica.online]
    if not online:
        raise NoReplica
    best = max(online, key=lambda replica: replica.lsn)
    best.online = False
    return best


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
