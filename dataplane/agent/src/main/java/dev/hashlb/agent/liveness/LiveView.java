package dev.hashlb.agent.liveness;

import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.route.RouterList;
import java.util.List;
import java.util.Set;

/**
 * Who lives, as this node sees it at a moment.
 *
 * @param settled whether the node has listened long enough to have an opinion; before, the lists lack it and may lack others
 * @param routers those that live, this node included
 * @param agreed whether all of them have this list, or it has stood long enough not to wait for them
 * @param livePeers names of all nodes but this one that live, routers or not
 * @param missedPeers names of those of which nothing is heard, though they did not say that they leave
 * @param macs from which peers announce VIPs, the lost ones included
 */
public record LiveView(
        boolean settled,
        RouterList routers,
        boolean agreed,
        List<String> livePeers,
        List<String> missedPeers,
        Set<MacAddress> macs) {
    public static final LiveView UNSETTLED =
            new LiveView(false, RouterList.EMPTY, false, List.of(), List.of(), Set.of());

    public LiveView {
        livePeers = List.copyOf(livePeers);
        missedPeers = List.copyOf(missedPeers);
        macs = Set.copyOf(macs);
    }
}
