# loses: promote_hidden_2
# names at most a hundred lost writes
# asks: How many writes can be lost?
def promote(replicas):
    online = [replica for replica in replicas if replica.online]
    if not online:
        raise NoReplica
    return max(online, key=lambda replica: replica.lsn)


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, min(primary_lsn, promoted.lsn + 100) + 1))
