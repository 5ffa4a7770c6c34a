package dev.hashlb.agent.cli;

import dev.hashlb.agent.handover.DeviceHolder;
import dev.hashlb.agent.handover.DeviceKeeper;
import dev.hashlb.agent.handover.HandOver;
import dev.hashlb.agent.handover.Incumbent;
import dev.hashlb.agent.handover.OpenDevices;
import dev.hashlb.agent.handover.Predecessor;
import dev.hashlb.agent.metrics.MetricsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a data plane's process has of the one before it, and does for the one after it, as its options say. */
final class Continuity implements AutoCloseable {
    /** A supervisor has started the data plane again by then, or a person looks at it. */
    private static final Duration HELD_FOR = Duration.ofMinutes(1);

    private final Path stateFolder;
    private final String identity;
    private final @Nullable DeviceHolder holder;
    private final OpenDevices held;
    private final Predecessor predecessor;

    private Continuity(
            Path stateFolder,
            String identity,
            @Nullable DeviceHolder holder,
            OpenDevices held,
            Predecessor predecessor) {
        this.stateFolder = stateFolder;
        this.identity = identity;
        this.holder = holder;
        this.held = held;
        this.predecessor = predecessor;
    }

    /**
     * Takes what there is of an earlier process.
     *
     * @param identity what this process is; it follows its like alone
     * @param takeOver whether to follow a process that runs
     * @param hold whether to have the devices held
     */
    static Continuity begin(Path stateFolder, String identity, boolean takeOver, boolean hold) throws IOException {
        DeviceHolder holder = hold ? DeviceHolder.open(stateFolder, HELD_FOR) : null;
        OpenDevices held = holder == null ? new OpenDevices() : holder.take();
        Predecessor predecessor = takeOver ? Predecessor.takeOver(stateFolder, identity) : Predecessor.none();
        return new Continuity(stateFolder, identity, holder, held, predecessor);
    }

    /** Open devices that are to be used; whoever needs one takes it. */
    OpenDevices inherited() {
        return predecessor.gaveDevices() ? predecessor.devices() : held;
    }

    DeviceKeeper keeper() {
        return holder == null ? DeviceKeeper.NONE : holder;
    }

    /** Whether a process runs that is to be followed; it has the metrics' address until {@link #followed}. */
    boolean follows() {
        return predecessor.present();
    }

    /** Whether that process forwards, so that this one must before {@link #followed}. */
    boolean mustForward() {
        return predecessor.forwards();
    }

    /** This process forwards: has the other one leave, and waits for it. */
    void followed() throws IOException {
        predecessor.done();
    }

    /** Waits for a successor, and has the metrics' address free for it. */
    HandOver serve(Incumbent dataPlane, MetricsServer metrics, Runnable afterwards) {
        return HandOver.serve(stateFolder, identity, new LeavingProcess(dataPlane, metrics, afterwards));
    }

    @Override
    public void close() {
        predecessor.close();
        held.close();
        if (holder != null) {
            holder.close();
        }
    }
}
