package dev.hashlb.agent.handover;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that this one follows, and the devices that it gave; or that there is none. Closing it before {@link #done} has the
 * predecessor go on as if nothing had been.
 */
public final class Predecessor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Predecessor.class);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final OpenDevices devices;
    private final boolean gaveDevices;
    private @Nullable Channel channel;

    private Predecessor(OpenDevices devices, @Nullable Channel channel) {
        this.devices = devices;
        this.gaveDevices = devices.size() > 0;
        this.channel = channel;
    }

    /** Nobody: everything is made anew. */
    public static Predecessor none() {
        return new Predecessor(new OpenDevices(), null);
    }

    /**
     * Takes the devices from the process that runs with this state folder, if one does.
     *
     * @param identity what this process is: only its like hands over to it
     * @throws IOException if it does not hand over, with the reason; it then goes on
     */
    public static Predecessor takeOver(Path stateFolder, String identity) throws IOException {
        Path file = HandOver.socket(stateFolder);
        Channel channel;
        try {
            channel = new Channel(UnixSocket.connect(file));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ECONNREFUSED) {
                return none();
            }
            throw e;
        }
        OpenDevices devices = new OpenDevices();
        try {
            channel.timeout(PATIENCE);
            channel.requireSameUser();
            channel.send(Channel.TAKE, Channel.VERSION + " " + identity);
            if (!channel.receiveDevices(devices)) {
                LOG.warn("the predecessor has ended; what it did not hand over is made anew");
                if (devices.size() == 0) {
                    channel.close();
                    return none();
                }
            }
            LOG.info("took over {} devices from the process that runs", devices.size());
            return new Predecessor(devices, channel);
        } catch (IOException e) {
            channel.close();
            devices.close();
            if (e instanceof LinuxException linux && linux.errno() == Errno.EPIPE) {
                return none(); // it was leaving when we came
            }
            throw new IOException(
                    "the hashlb that runs with state folder " + stateFolder + " does not hand over: " + e.getMessage()
                            + "; end it, then start again",
                    e);
        }
    }

    /** Whether there is one that still has to be told {@link #done}. */
    public boolean present() {
        return channel != null;
    }

    /** Whether it gave devices, and so forwarded. */
    public boolean gaveDevices() {
        return gaveDevices;
    }

    /** Whether it forwards, so that this process must before {@link #done}. */
    public boolean forwards() {
        return gaveDevices && channel != null;
    }

    /** What it gave; whoever needs something takes it. Stays this object's. */
    public OpenDevices devices() {
        return devices;
    }

    /** Tells it that this process forwards, and waits until it has left. */
    public void done() throws IOException {
        try (Channel predecessor = channel) {
            if (predecessor != null) {
                predecessor.send(Channel.DONE, "");
                if (predecessor.receive() != null) {
                    throw new IOException("the predecessor sent a message, where it should have left");
                }
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE) {
                throw e;
            }
            LOG.warn("the predecessor has ended by itself");
        } finally {
            channel = null;
        }
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.close();
            channel = null;
        }
        devices.close();
    }
}
