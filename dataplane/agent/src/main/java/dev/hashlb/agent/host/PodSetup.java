package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.NetworkNamespace;
import dev.hashlb.agent.linux.TunDevice;
import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Devconf;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.agent.linux.nftables.Nftables;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One server's namespace as we have set it up: makes it as planned, and puts it back. Used by one thread at a time, each in
 * the node's namespace; what happens in the server's happens on a thread that is spent on it.
 */
final class PodSetup {
    /** A free number takes the place of %d; the name is that of {@link HostFootprint#DEVICE} once it is in place. */
    private static final String NAME_ON_THE_WAY = "hashlb-%d";

    private final Journal journal;
    private final Place node;
    private final String path;

    private @Nullable TunDevice tun;
    private @Nullable PodSurvey survey;
    private @Nullable Object identity;
    private String appliedRules = "";

    PodSetup(Journal journal, Place node, String path) {
        this.journal = journal;
        this.node = node;
        this.path = path;
    }

    /**
     * Uses the device that an earlier process has put here, if it is here still.
     *
     * @param fd its queue, this object's from now on
     */
    void inherit(int fd) {
        tun = InheritedDevice.ofPod(fd, path).orElse(null);
    }

    /** The device's descriptor, which stays this object's; empty if there is none. */
    OptionalInt tunFd() {
        return tun == null ? OptionalInt.empty() : OptionalInt.of(tun.fd(0));
    }

    /** Another process may have changed what is set up: the next {@link #apply} takes nothing for granted. */
    void distrust() {
        appliedRules = "";
    }

    boolean attached() {
        return tun != null;
    }

    /** Whether the namespace lacked a default route when it was set up, so that it is to be looked at again. */
    boolean incomplete(PodPlan plan) {
        return survey != null && !survey.network().hasDefaultRoutesFor(plan);
    }

    PodSurvey survey(PodPlan plan) throws IOException {
        return PodSurvey.take(plan, node, attached());
    }

    /**
     * Makes the namespace as planned; the survey's entries are in the journal already.
     *
     * @return the attachment, the same descriptor as before where there was one
     */
    Attachment apply(PodPlan plan, PodSurvey found) throws IOException {
        // Before anything else: if the path names another namespace by then, the next look finds out.
        Object current = namespace().identity();
        TunDevice device = tun;
        String arrivedName = HostFootprint.DEVICE;
        if (device == null) {
            device = TunDevice.open(NAME_ON_THE_WAY, 1);
            arrivedName = device.name();
        }
        try {
            if (tun == null) {
                moveHere(device);
            }
            String name = arrivedName;
            namespace().call(() -> {
                configure(plan, found, name);
                return name;
            });
            try (Rtnetlink rtnetlink = Rtnetlink.open()) {
                DeviceSettings.make(rtnetlink, found.hostChanges());
                if (found.hostAddress().isPresent()) {
                    rtnetlink.addresses().add(found.hostAddress().get());
                }
            }
        } catch (IOException | RuntimeException e) {
            if (tun == null) {
                device.close();
            }
            throw e;
        }
        tun = device;
        survey = found;
        identity = current;
        return new Attachment(path, device.fd(0), device.segmentsUdp());
    }

    /** Why the namespace cannot be used any more, or null while it can. */
    @Nullable String lossReason() {
        TunDevice device = tun;
        if (device == null) {
            return null;
        }
        if (!device.alive()) {
            return "its device is gone: the namespace was deleted, or the device in it";
        }
        try { // the device lives, so does its namespace, and nothing else can have its identity
            return identity == null || namespace().identity().equals(identity)
                    ? null
                    : "another namespace has taken its place";
        } catch (IOException e) {
            return "the file that names it is gone";
        }
    }

    /** Closes the TUN, which ends it, after the engine has let go of its descriptor. Everything else stays. */
    void closeTun() {
        if (tun != null) {
            tun.close();
            tun = null;
        }
        appliedRules = "";
    }

    /** Whether it is one of these namespaces, by their cookies, as far as we know. */
    boolean isOneOf(Set<Long> cookies) {
        return survey != null && cookies.contains(survey.place().cookie());
    }

    /** The device by which the namespace's packets enter the node's, as far as we know. */
    @Nullable Link hostSide() {
        return survey == null ? null : survey.hostSide().orElse(null);
    }

    /**
     * Puts the namespace back as it was. One that is gone has taken everything with it.
     *
     * @param hostSideInUse whether the device by which it is reached serves other namespaces of ours, too
     * @return the journal's entries that are done with
     */
    List<JournalEntry> undo(Predicate<Link> hostSideInUse) throws IOException {
        List<JournalEntry> done = new ArrayList<>(journal.entries(p -> p.path().equals(path)));
        if (done.isEmpty()) {
            return done;
        }
        Undo undo = new Undo();
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            Link outer = survey != null ? survey.hostSide().orElse(null) : findHostSide(rtnetlink);
            if (outer != null && !hostSideInUse.test(outer)) {
                undo.run(() -> done.addAll(HostSide.undo(rtnetlink, journal, node, outer)));
            }
        }
        if (Files.exists(Path.of(path))) {
            undo.run(() -> namespace().call(() -> {
                undoHere();
                return path;
            }));
        }
        undo.throwFirst();
        return done;
    }

    /** Of a namespace that an earlier process has set up. */
    private @Nullable Link findHostSide(Rtnetlink rtnetlink) throws IOException {
        if (!Files.exists(Path.of(path))) {
            return null;
        }
        PodNetwork network = PodSurvey.readNetwork(path);
        try (NamespaceFile namespace = NamespaceFile.open(path)) {
            return HostSide.find(rtnetlink, namespace, network).orElse(null);
        }
    }

    /** Entries of namespaces that were at a path before: with them, all that we put there is gone. */
    static List<JournalEntry> outdated(Journal journal, Place place) {
        return journal.entries(p -> p.path().equals(place.path()) && !p.equals(place));
    }

    private void undoHere() throws IOException {
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            List<JournalEntry> entries = journal.entries(new Place(path, rtnetlink.namespaceCookie()));
            if (entries.isEmpty()) {
                return;
            }
            Undo undo = new Undo();
            undo.run(() -> PodRouting.NONE.make(rtnetlink));
            undo.run(() -> PlacedAddress.undo(rtnetlink, entries));
            undo.run(() -> Nftables.run(NftText.removal()));
            undo.run(() -> DeviceSettings.undo(rtnetlink, entries));
            undo.throwFirst();
        }
    }

    private void moveHere(TunDevice device) throws IOException {
        try (Rtnetlink rtnetlink = Rtnetlink.open();
                NamespaceFile target = NamespaceFile.open(path)) {
            Link link = rtnetlink
                    .links()
                    .find(device.name())
                    .orElseThrow(() -> new HostSetupException("device " + device.name() + " has vanished"));
            rtnetlink.links().moveTo(link.index(), target.fd());
        }
    }

    /** Runs in the server's namespace. The device goes up last, so that no packet comes before all else is there. */
    private void configure(PodPlan plan, PodSurvey found, String deviceName) throws IOException {
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            if (rtnetlink.namespaceCookie() != found.place().cookie()) {
                throw new HostSetupException("another namespace has just taken its place");
            }
            Link device = rtnetlink
                    .links()
                    .find(deviceName)
                    .orElseThrow(() -> new HostSetupException("device " + deviceName + " has not arrived in it"));
            boolean fresh = !device.up();
            if (fresh) {
                configureDevice(rtnetlink, device);
            }
            if (device.mtuBytes() != plan.deviceMtuBytes()) {
                rtnetlink.links().setMtu(device.index(), plan.deviceMtuBytes());
            }
            PlacedAddress.make(rtnetlink, found.podChanges());
            DeviceSettings.make(rtnetlink, found.podChanges());
            String rules = PodRuleset.commands(plan, found.podAddresses());
            if (appliedRules.isEmpty()) {
                NftText.makeFirst(rules);
            } else if (!rules.equals(appliedRules)) {
                Nftables.run(NftText.removal() + rules);
            }
            appliedRules = rules;
            if (fresh) {
                rtnetlink.links().up(device.index());
            }
            PodRouting.wanted(plan, found.network(), device.index()).make(rtnetlink);
            removeOldVips(rtnetlink, plan, found.place());
        }
    }

    /** Settings of a device are reset when it is moved, so all are made here (facts of rp_filter: see NodeSetup). */
    private static void configureDevice(Rtnetlink rtnetlink, Link device) throws IOException {
        int index = device.index();
        if (!device.name().equals(HostFootprint.DEVICE)) {
            rtnetlink.links().rename(index, HostFootprint.DEVICE);
        }
        if (Sysctl.ipv6Exists()) {
            rtnetlink.links().setNoIpv6AddressGeneration(index);
        }
        rtnetlink.links().setIpv4(index, Map.of(Devconf.RP_FILTER, 2, Devconf.ACCEPT_LOCAL, 1));
        rtnetlink.addresses().add(new Address(index, HostFootprint.LINK_ADDRESS, 32, Address.SCOPE_HOST, 0));
    }

    private void removeOldVips(Rtnetlink rtnetlink, PodPlan plan, Place place) throws IOException {
        Set<IpAddress> wanted = new HashSet<>();
        for (Family family : Family.values()) {
            wanted.addAll(plan.addressVips(family));
        }
        List<JournalEntry> old = journal.entries(place).stream()
                .filter(e -> e.kind() == JournalEntry.Kind.ADDRESS && !wanted.contains(PlacedAddress.of(e)))
                .toList();
        PlacedAddress.undo(rtnetlink, old);
        journal.forget(old);
    }

    private NetworkNamespace namespace() {
        return NetworkNamespace.ofPath(Path.of(path));
    }
}
