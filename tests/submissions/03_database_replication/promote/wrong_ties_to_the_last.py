# loses: promote_check
# a tie goes to the last in the list
# asks: Two replicas are equally far. Which one does the text prefer?
def promote(replicas):
    online = sorted((r for r in replicas if r.online), key=lambda replica: replica.lsn)
    if not online:
        raise NoReplica
    return online[-1]


def lost_writes(primary_lsn, promoted):
    return list(range(promoted.lsn + 1, primary_lsn + 1))
