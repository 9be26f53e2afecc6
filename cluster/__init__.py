"""A cluster of Annales on this machine: three nodes, HAProxy before them, and what can befall it.

Each node has an address of its own, on which stand etcd, PostgreSQL under Patroni, and
`annales serve`. All of it runs by the configurations in deploy/cluster, of which only places and
names are replaced. Debian's programs must be there: `scripts/cluster` unpacks them into the cache.

    from cluster import Settings, running

    with running(Settings()) as cluster:
        cluster.front                    # https://127.0.0.1:PORT, trusted by cluster.context
        cluster.key                      # of a curator, for orders
        node = cluster.primary()         # the one of cluster.nodes whose PostgreSQL takes commits
        node.url                         # http://127.0.0.1:PORT, its own `annales serve`
        node.address()                   # its PostgreSQL alone, for the superuser
        cluster.address                  # that of the log, all hosts, as the nodes have it
        node.kill()                      # kill -9 of all that runs on it; node.begin() starts it
        node.freeze(); node.thaw()       # SIGSTOP and SIGCONT of all of it
        node.serve.kill()                # of its server alone; so node.etcd, node.patroni
        cluster.wait_until_whole()       # a primary, its synchronous standby, three ready nodes
        cluster.configure({"synchronous_mode": False})     # Patroni's settings, for all of it

What belongs to a cluster is known by where it runs: in the cluster's folder. So at the end, however
it comes, nothing of it is left.
"""

from __future__ import annotations

from cluster.running import Cluster, Settings, running

__all__ = ["Cluster", "Settings", "running"]
