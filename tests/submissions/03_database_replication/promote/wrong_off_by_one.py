# loses: promote_check_2
# leaves the last confirmed write out
# asks: The last confirmed write has number 7. Is number 7 in your list?
def promote(replicas):
    online = [replica for replica in replicas if replica.online]
    if not online:
        raise NoReplica
    return max(online, key=lambda replica: replica.lsn)


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn))
