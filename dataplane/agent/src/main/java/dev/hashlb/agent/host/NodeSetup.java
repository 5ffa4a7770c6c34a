package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.TunDevice;
import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.agent.linux.nftables.NftException;
import dev.hashlb.agent.linux.nftables.Nftables;
import dev.hashlb.core.address.Family;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up the node's own network namespace, that of the thread which opens this: the TUN {@code hashlb0} with its queues,
 * VIP routes, forwarding and the nft table. All methods are for one thread at a time, which is in that namespace.
 *
 * <p>What is set is in the journal first, and {@link #close} takes it back. A process that was killed leaves the nft table,
 * the blackhole routes and the settings; the next one takes them over.
 */
public final class NodeSetup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSetup.class);

    private final Journal journal;
    private final Place node;
    private final TunDevice tun;
    private final int linkIndex;
    private final int mtuBytes;
    private String appliedRules = "";
    private @Nullable SharedIngress shared;

    private NodeSetup(Journal journal, Place node, TunDevice tun, int linkIndex, int mtuBytes) {
        this.journal = journal;
        this.node = node;
        this.tun = tun;
        this.linkIndex = linkIndex;
        this.mtuBytes = mtuBytes;
    }

    /** As {@link #open(Journal, int, OptionalInt, InheritedQueues)}, with the uplink's MTU and a device of its own. */
    public static NodeSetup open(Journal journal, int queues) throws IOException {
        return open(journal, queues, OptionalInt.empty(), InheritedQueues.NONE);
    }

    /**
     * Makes {@code hashlb0} and its queues. VIP routes of an earlier process stay, as blackholes, until {@link #apply}.
     *
     * @param queues how many, one for each thread of the engine
     * @param mtuBytes the device's MTU; empty: that of the default route's device
     * @param inherited the queues of an earlier process's devices
     * @throws IOException if another process has the device, rights or kernel features are missing, or libnftables is
     */
    public static NodeSetup open(Journal journal, int queues, OptionalInt mtuBytes, InheritedQueues inherited)
            throws IOException {
        Nftables.requireLibrary();
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            Place node = new Place(Place.NODE, rtnetlink.namespaceCookie());
            journal.forget(journal.entries(p -> p.isNode() && !p.equals(node)));
            int mtu = mtuBytes.isPresent() ? mtuBytes.getAsInt() : Uplink.mtuBytes(rtnetlink);
            journal.record(List.of(JournalEntry.footprint(node)));
            Optional<TunDevice> adopted = InheritedDevice.ofNode(HostFootprint.DEVICE, inherited.own(), queues);
            TunDevice tun = adopted.isPresent() ? adopted.get() : NodeDevice.create(HostFootprint.DEVICE, queues);
            Optional<TunDevice> adoptedShared =
                    InheritedDevice.ofNode(HostFootprint.SHARED_DEVICE, inherited.shared(), queues);
            try {
                int index = NodeDevice.configure(rtnetlink, HostFootprint.DEVICE, mtu);
                LOG.info(
                        "device {} is up{}: {} queues, MTU {}",
                        HostFootprint.DEVICE,
                        adopted.isPresent() ? " as before" : "",
                        queues,
                        mtu);
                NodeSetup setup = new NodeSetup(journal, node, tun, index, mtu);
                if (adoptedShared.isPresent()) {
                    setup.shared = SharedIngress.of(rtnetlink, adoptedShared.get(), mtu);
                }
                return setup;
            } catch (IOException e) {
                tun.close();
                adoptedShared.ifPresent(TunDevice::close);
                throw e;
            }
        }
    }

    /** The queues' descriptors. They are this object's and are closed by {@link #close}: stop the engine before. */
    public int[] queueFds() {
        return tun.fds();
    }

    /**
     * The queues of the device for packets that all routers receive, once {@link #apply} has made it; empty before. They are closed as {@link
     * #queueFds} are.
     */
    public int[] sharedQueueFds() {
        return shared == null ? new int[0] : shared.queueFds();
    }

    /** The MTU of {@code hashlb0}, which is the uplink's, in bytes. */
    public int mtu() {
        return mtuBytes;
    }

    /** Whether the queues carry UDP super-packets (Linux 6.2). */
    public boolean segmentsUdp() {
        return tun.segmentsUdp();
    }

    /**
     * Makes the namespace as planned. What is right already is not touched, so calling it again from time to time mends what
     * others have removed.
     *
     * @throws HostSetupException if a VIP or a gateway is an address of this node (nothing is changed then), or a setting cannot be made
     */
    public void apply(NodePlan plan) throws IOException {
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            refuseLocalAddresses(rtnetlink, plan);
            applyRules(plan);
            if (plan.forwards()) {
                new NodeForwarding(journal, node).enable(rtnetlink, Set.copyOf(plan.families()));
            }
            List<Route> routes =
                    new ArrayList<>(NodeRoutes.wanted(plan, linkIndex, Uplink.ownAddress(rtnetlink, Family.IPV4)));
            List<Family> sharedFamilies = plan.sharedFamilies();
            if (!sharedFamilies.isEmpty()) {
                routes.addAll(sharedIngress(rtnetlink).routes(sharedFamilies));
            }
            OwnRoutes.reconcile(rtnetlink.routes(), routes);
            SharedIngress.reconcileRules(rtnetlink, sharedFamilies);
        }
    }

    /** Made when a plan needs it first; it stays then until {@link #close}, since the engine reads it. */
    private SharedIngress sharedIngress(Rtnetlink rtnetlink) throws IOException {
        SharedIngress ingress = shared;
        if (ingress == null) {
            ingress = SharedIngress.open(rtnetlink, tun.queues(), mtuBytes);
            shared = ingress;
        }
        ingress.join(rtnetlink);
        return ingress;
    }

    /** What on this node will stand in the packets' way and is not ours to change, each with what to do; empty is good. */
    public List<String> warnings() throws IOException {
        return ForwardPolicy.warnings(Nftables.run("list chains\n"));
    }

    /**
     * Takes everything back; {@link PodAttachments} are closed before. Goes on after a failure, and throws the first at the end;
     * the journal keeps what is left.
     */
    @Override
    public void close() throws IOException {
        List<JournalEntry> entries = journal.entries(node);
        Undo undo = new Undo();
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            undo.run(() -> SharedIngress.reconcileRules(rtnetlink, List.of()));
            undo.run(() -> OwnRoutes.reconcile(rtnetlink.routes(), List.of()));
            undo.run(() -> Nftables.run(NftText.removal()));
            undo.run(() -> DeviceSettings.undo(rtnetlink, entries));
            undo.run(() -> Sysctl.undo(entries));
        } finally {
            closeDevices();
        }
        undo.throwFirst();
        journal.forget(entries);
        LOG.info("the node's network namespace is as it was before");
    }

    /** Another process may have changed what is set: the next {@link #apply} takes nothing for granted. */
    public void distrust() {
        appliedRules = "";
    }

    /** Ends as a kill would: the queues are closed, everything else stays. */
    public void abandon() {
        closeDevices();
    }

    private void closeDevices() {
        tun.close();
        if (shared != null) {
            shared.close();
        }
    }

    private static void refuseLocalAddresses(Rtnetlink rtnetlink, NodePlan plan) throws IOException {
        List<String> problems = new ArrayList<>();
        for (Address address : rtnetlink.addresses().list()) {
            boolean vip = plan.vips().contains(address.address());
            if (vip || plan.gateways().contains(address.address())) {
                String device = rtnetlink
                        .links()
                        .find(address.linkIndex())
                        .map(Link::name)
                        .orElse("a device");
                problems.add(
                        (vip ? "VIP " : "gateway ") + address.address() + " is an address of this node, on " + device);
            }
        }
        if (!problems.isEmpty()) {
            throw new HostSetupException("what routers answer for must not be a node's own address: "
                    + String.join("; ", problems) + "; remove it there, or choose another");
        }
    }

    private void applyRules(NodePlan plan) throws NftException {
        String rules = NodeRuleset.commands(plan);
        boolean there = Nftables.run("list tables inet\n").contains("table inet " + HostFootprint.NFT_TABLE + "\n");
        if (!rules.equals(appliedRules) || there == plan.families().isEmpty()) {
            Nftables.run(rules);
            appliedRules = rules;
        }
    }
}
