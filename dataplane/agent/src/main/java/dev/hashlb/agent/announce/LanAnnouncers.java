package dev.hashlb.agent.announce;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.announce.AnnouncementPlan;
import dev.hashlb.core.announce.Answering;
import dev.hashlb.core.neighbor.MacAddress;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces on each LAN of this node what belongs there: VIPs on one device, gateways of router groups on the device that is on the
 * gateway's network, since a group has neighbours on both of its sides. Each LAN has a thread, from when it is needed first.
 */
public final class LanAnnouncers implements AutoCloseable, AnnounceCounters {
    private static final Logger LOG = LoggerFactory.getLogger(LanAnnouncers.class);

    private final AnnouncerThread ofVips;
    private final MacAddress everyRouter;
    private final boolean follows;
    /** By the device's index. */
    private final Map<Integer, AnnouncerThread> others = new ConcurrentHashMap<>();

    private boolean used;

    private LanAnnouncers(AnnouncerThread ofVips, MacAddress everyRouter, boolean follows) {
        this.ofVips = ofVips;
        this.everyRouter = everyRouter;
        this.follows = follows;
    }

    /**
     * Starts to listen on the device for VIPs; answers nothing until it gets a plan.
     *
     * @param everyRouter the MAC address of what every router answers for
     * @param follows whether an earlier process of this node has answered until now
     * @throws IOException if the sockets cannot be opened
     */
    public static LanAnnouncers start(LanDevice device, MacAddress everyRouter, boolean follows) throws IOException {
        return new LanAnnouncers(AnnouncerThread.start(device, everyRouter, follows), everyRouter, follows);
    }

    /**
     * Another plan.
     *
     * @param gateways those of the plan's addresses that are gateways of router groups
     * @param peers where the other routers announce from, on the VIPs' LAN
     */
    public synchronized void use(AnnouncementPlan plan, Set<IpAddress> gateways, Set<MacAddress> peers) {
        Map<IpAddress, Answering> here = new TreeMap<>(plan.own());
        Map<Integer, Map<IpAddress, Answering>> elsewhere = new HashMap<>();
        others.keySet().forEach(index -> elsewhere.put(index, new TreeMap<>()));
        for (IpAddress gateway : gateways) {
            Answering answering = plan.own().get(gateway);
            Optional<AnnouncerThread> other = answering == null ? Optional.empty() : other(gateway);
            if (answering != null && other.isPresent()) {
                here.remove(gateway);
                elsewhere
                        .computeIfAbsent(other.get().device().index(), i -> new TreeMap<>())
                        .put(gateway, answering);
            }
        }
        ofVips.use(new AnnouncementPlan(here, plan.others()), peers);
        elsewhere.forEach((index, own) -> {
            AnnouncerThread thread = others.get(index);
            if (thread != null) {
                thread.use(new AnnouncementPlan(own, Map.of()), peers);
            }
        });
        used |= !plan.equals(AnnouncementPlan.EMPTY);
    }

    /** Who announces on a gateway's network; empty if that is the VIPs' device, or none that can be used. */
    private Optional<AnnouncerThread> other(IpAddress gateway) {
        try {
            Optional<LanDevice> device = LanDevice.on(gateway, device());
            if (device.isEmpty() || device.get().index() == device().index()) {
                return Optional.empty();
            }
            AnnouncerThread known = others.get(device.get().index());
            if (known == null) {
                known = AnnouncerThread.start(device.get(), everyRouter, follows && !used);
                others.put(device.get().index(), known);
            }
            return Optional.of(known);
        } catch (IOException e) {
            LOG.warn("gateway {} is announced on {} only: {}", gateway, device().name(), e.getMessage());
            return Optional.empty();
        }
    }

    /** The device on which VIPs are announced. */
    public LanDevice device() {
        return ofVips.device();
    }

    @Override
    public Set<IpAddress> answered() {
        Set<IpAddress> all = new TreeSet<>();
        threads().forEach(t -> all.addAll(t.answered()));
        return all;
    }

    @Override
    public Map<IpAddress, MacAddress> conflicts() {
        Map<IpAddress, MacAddress> all = new TreeMap<>();
        threads().forEach(t -> all.putAll(t.conflicts()));
        return all;
    }

    @Override
    public long answers() {
        return sum(AnnounceCounters::answers);
    }

    @Override
    public long suppressed() {
        return sum(AnnounceCounters::suppressed);
    }

    @Override
    public long conflictsSeen() {
        return sum(AnnounceCounters::conflictsSeen);
    }

    @Override
    public long unsent() {
        return sum(AnnounceCounters::unsent);
    }

    private long sum(ToLongFunction<AnnounceCounters> count) {
        return threads().mapToLong(count).sum();
    }

    private Stream<AnnouncerThread> threads() {
        return Stream.concat(Stream.of(ofVips), others.values().stream());
    }

    /** Ends answering. */
    @Override
    public synchronized void close() {
        threads().forEach(AnnouncerThread::close);
    }
}
