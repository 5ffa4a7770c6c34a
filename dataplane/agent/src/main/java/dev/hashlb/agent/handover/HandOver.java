package dev.hashlb.agent.handover;

import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running process's end of a hand-over: waits for a successor at a Unix socket in the state folder, one at a time, and gives
 * it the devices. While the successor gets ready this process forwards on; both read the same queues, and each packet comes to one of them.
 * When the successor says that it forwards, this process leaves.
 */
public final class HandOver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
    private static final String FILE = "hand-over";
    /** A successor that is not ready by then has failed: of 1,000 servers' namespaces it needs to look at each. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration RESUME_AGAIN = Duration.ofMillis(500);

    private final Path file;
    private final String identity;
    private final Incumbent incumbent;
    private final @Nullable UnixSocket listening;
    private final Thread thread;
    private boolean busy;
    private volatile boolean left;
    private volatile boolean closed;

    private HandOver(Path file, String identity, Incumbent incumbent, @Nullable UnixSocket listening) {
        this.file = file;
        this.identity = identity;
        this.incumbent = incumbent;
        this.listening = listening;
        thread = Thread.ofPlatform().name("hashlb-hand-over").daemon().unstarted(this::serve);
    }

    /** Where the process of a state folder waits for its successor. */
    static Path socket(Path stateFolder) {
        return stateFolder.resolve(FILE);
    }

    /**
     * Waits for successors from now on. Where the socket cannot be, it says so in the log, and there will be no hand-over.
     *
     * @param stateFolder this process's, which it has locked: whatever is at the socket's path is a dead process's
     * @param identity what this process is, in a few words: it hands over to nobody who is something else
     */
    public static HandOver serve(Path stateFolder, String identity, Incumbent incumbent) {
        Path file = socket(stateFolder);
        HandOver handOver = new HandOver(file, identity, incumbent, listen(file));
        if (handOver.listening != null) {
            handOver.thread.start();
        }
        return handOver;
    }

    private static @Nullable UnixSocket listen(Path file) {
        try {
            Path beside = file.resolveSibling(FILE + "~");
            Files.deleteIfExists(beside);
            UnixSocket socket = UnixSocket.listen(beside);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            return socket;
        } catch (IOException e) {
            LOG.warn("a successor cannot take over without a gap: {}", e.getMessage());
            return null;
        }
    }

    /**
     * Waits until a hand-over that is under way has ended, and if there is none, for one to begin.
     *
     * @param patience how long to wait for one to begin
     * @return whether the successor has taken over
     */
    public synchronized boolean await(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!left && listening != null) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (!busy && millis <= 0) {
                break;
            }
            wait(busy ? 0 : millis);
        }
        return left;
    }

    /** Waits for successors no more; one that is being served is waited for. */
    @Override
    public void close() throws IOException {
        if (listening == null || closed) {
            return;
        }
        closed = true;
        listening.shutdown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listening.close();
        if (!left && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(file); // a successor has its own there
        }
    }

    private void serve() {
        UnixSocket socket = listening;
        while (socket != null && !closed && !left) {
            try (Channel successor = new Channel(socket.accept())) {
                serve(successor);
            } catch (IOException | RuntimeException e) {
                if (!closed) {
                    LOG.warn("somebody at {} did not take over: {}", file, e.getMessage());
                }
            }
        }
        if (socket != null) {
            turnAway(socket);
        }
    }

    /** Ends listening. Who connected and waits outlives the shutdown, and is told only by being accepted and closed. */
    private static void turnAway(UnixSocket socket) {
        socket.shutdown();
        try {
            while (true) {
                socket.accept().close();
            }
        } catch (LinuxException e) {
            LOG.debug("nobody waits any more", e);
        }
    }

    private void serve(Channel successor) throws IOException {
        successor.timeout(PATIENCE);
        successor.requireSameUser();
        Channel.Message asked = successor.receive();
        if (asked == null) {
            return; // it only looked whether we are here
        }
        String expected = Channel.VERSION + " " + identity;
        if (!asked.word().equals(Channel.TAKE) || !asked.argument().equals(expected)) {
            String reason =
                    "it hands over to 'take " + expected + "', not to '" + asked.word() + " " + asked.argument() + "'";
            successor.send(Channel.REFUSED, reason);
            throw new IOException(reason);
        }
        busy(true);
        boolean forwards = false;
        try {
            forwards = lend(successor);
        } finally {
            if (forwards) {
                leave();
            }
            busy(false);
            if (!forwards) {
                resume();
            }
        }
    }

    /** @return whether the successor forwards */
    private boolean lend(Channel successor) throws IOException {
        LOG.info("a successor takes over");
        successor.sendDevices(incumbent.lend());
        Channel.Message answer = successor.receive();
        if (answer == null || !answer.word().equals(Channel.DONE)) {
            throw new IOException(answer == null ? "it has ended" : "it said '" + answer.word() + "'");
        }
        return true;
    }

    private void leave() {
        try {
            incumbent.leave();
        } catch (IOException e) {
            LOG.warn("not all was closed: {}", e.getMessage());
        }
        synchronized (this) {
            left = true;
        }
        LOG.info("this process does not forward any more; another one does");
    }

    /** A successor that is at its end may still have the state folder for a moment. */
    private void resume() {
        while (true) {
            try {
                incumbent.resume();
                return;
            } catch (IOException e) {
                LOG.warn("forwards on, but cannot change anything yet: {}", e.getMessage());
            }
            if (closed || !paused()) {
                leave(); // the host is whose who has the state folder
                return;
            }
        }
    }

    private static boolean paused() {
        try {
            Thread.sleep(RESUME_AGAIN);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized void busy(boolean now) {
        busy = now;
        notifyAll();
    }
}
