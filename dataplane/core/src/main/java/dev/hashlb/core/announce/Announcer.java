package dev.hashlb.core.announce;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.neighbor.NeighborFrames;
import dev.hashlb.core.neighbor.NeighborMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A router's part in announcing VIPs on one LAN: what it sends for a plan, for the time that passes, and for what it hears. Times are
 * milliseconds of any clock that never goes back. Not for several threads.
 */
public final class Announcer {
    /**
     * Where packets for a VIP go that every router is to get: a group address, and a locally administered one (IEEE 802, clause 8), so that it is
     * nobody's. One for all VIPs, since who handles a packet is not the frame's to say; the last bytes are "HLB" and a number.
     */
    public static final MacAddress EVERY_ROUTER = new MacAddress(0x03_48_4c_42_00_01L);

    /** A host that is no router of ours claims a VIP. */
    public record Conflict(IpAddress vip, MacAddress at, VipClaim.Conflict outcome) {}

    private final MacAddress own;
    private final MacAddress everyRouter;
    private final Map<IpAddress, VipClaim> claims = new TreeMap<>();
    private final Map<IpAddress, MacAddress> claimants = new TreeMap<>();
    private AnnouncementPlan plan = AnnouncementPlan.EMPTY;
    private Set<MacAddress> peers = Set.of();

    /**
     * @param own the device's MAC address
     * @param everyRouter what VIPs that every router answers for are said to be at: {@link #EVERY_ROUTER}, or the broadcast address
     */
    public Announcer(MacAddress own, MacAddress everyRouter) {
        this.own = own;
        this.everyRouter = everyRouter;
    }

    /**
     * Answers by another plan. A VIP that another router answered for until now is announced at once; one that is new to this router is
     * first tried, since another host might have it.
     *
     * @param peersMacs where the other routers announce from, those that are lost included: their claims are no conflict
     */
    public void use(AnnouncementPlan next, Set<MacAddress> peersMacs, long nowMs) {
        peers = Set.copyOf(peersMacs);
        claims.keySet().retainAll(next.own().keySet());
        claimants.keySet().retainAll(next.own().keySet());
        for (IpAddress vip : next.own().keySet()) {
            claims.computeIfAbsent(
                    vip, v -> plan.others().containsKey(v) ? VipClaim.takeOver(nowMs) : VipClaim.tryFirst(nowMs));
        }
        plan = next;
    }

    /** The frames that are due by now; to be asked several times in a probe's interval. */
    public List<byte[]> due(long nowMs) {
        List<byte[]> frames = new ArrayList<>();
        claims.forEach((vip, claim) -> {
            for (VipClaim.Frame frame : claim.due(nowMs)) {
                frames.add(
                        frame == VipClaim.Frame.PROBE
                                ? NeighborFrames.probe(vip, own)
                                : NeighborFrames.announcement(vip, at(vip), own));
            }
            if (claim.answers()) {
                claimants.remove(vip);
            }
        });
        return frames;
    }

    /** What to answer, if the message is a question for a VIP of this router. */
    public Optional<byte[]> answer(NeighborMessage message) {
        if (message instanceof NeighborMessage.Question question) {
            VipClaim claim = claims.get(question.target());
            if (claim != null && claim.answers() && !question.source().equals(own)) {
                return Optional.of(NeighborFrames.answer(question, at(question.target()), own));
            }
        }
        return Optional.empty();
    }

    /**
     * Looks whether a message is another host's claim to a VIP of this router. That it has it is told once. What another router claims is no
     * conflict; it is announced again later.
     */
    public Optional<Conflict> conflict(NeighborMessage message, long nowMs) {
        if (!(message instanceof NeighborMessage.Claim said)) {
            return Optional.empty();
        }
        VipClaim claim = claims.get(said.target());
        if (claim == null) {
            return Optional.empty();
        }
        if (ours(said)) {
            if (peers.contains(said.at())) {
                claim.claimedByPeer(nowMs);
            }
            return Optional.empty();
        }
        VipClaim.Conflict outcome = claim.claimedByAnother(nowMs);
        Conflict conflict = new Conflict(said.target(), said.at(), outcome);
        if (outcome == VipClaim.Conflict.DEFENDED) {
            return Optional.of(conflict);
        }
        boolean told = said.at().equals(claimants.put(said.target(), said.at()));
        return told ? Optional.empty() : Optional.of(conflict);
    }

    private boolean ours(NeighborMessage.Claim said) {
        return isOurs(said.source()) || isOurs(said.at());
    }

    private boolean isOurs(MacAddress mac) {
        return mac.equals(own) || mac.equals(everyRouter) || peers.contains(mac);
    }

    private MacAddress at(IpAddress vip) {
        return plan.own().get(vip) == Answering.EVERY_ROUTER ? everyRouter : own;
    }

    /** The VIPs that questions are answered for. */
    public Set<IpAddress> answered() {
        Set<IpAddress> answered = new TreeSet<>();
        claims.forEach((vip, claim) -> {
            if (claim.answers()) {
                answered.add(vip);
            }
        });
        return answered;
    }

    /** The VIPs that another host has, and its MAC address; until they are answered for again. */
    public Map<IpAddress, MacAddress> conflicts() {
        return Map.copyOf(claimants);
    }
}
