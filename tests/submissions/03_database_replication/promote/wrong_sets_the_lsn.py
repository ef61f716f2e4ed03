# loses: promote_hidden_2
# moves the new primary's lsn while it counts
# asks: What is the new primary's lsn after your call, and has it applied anything?
def promote(replicas):
    online = [replica for replica in replicas if replica.online]
    if not online:
        raise NoReplica
    return max(online, key=lambda replica: replica.lsn)


def lost_writes(primary_lsn, promoted):
    lost = []
    while promoted.lsn < primary_lsn:
        promoted.lsn += 1
        lost.append(promoted.lsn)
    return lost
