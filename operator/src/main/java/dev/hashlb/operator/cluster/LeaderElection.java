package dev.hashlb.operator.cluster;

import dev.hashlb.operator.cluster.Candidacy.Move;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which replica leads, by a Lease. A leader that is slow is not taken for dead: a standby asks at its address first (ADR 0064). One that
 * loses the Lease resigns and stands again, so that nothing restarts with growing delays after an outage.
 */
final class LeaderElection implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaderElection.class);

    /** The API server may be away: then the leader has to notice in time that it leads no more. */
    private static final Duration ATTEMPT_WITHIN = Duration.ofSeconds(7);

    private static final Duration ANSWER_WITHIN = Duration.ofMillis(500);

    private final LeaderLease lease;
    private final String identity;
    private final Candidacy candidacy;
    private final Runnable changed;
    private final ExecutorService attempts = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread thread;
    private volatile boolean closed;
    private boolean toldLeads;

    /** Nobody has written since this replica did, as far as it knows: it need not read first. */
    private volatile boolean renewsUnread;

    private String toldHolder = "";

    /** @param changed called when {@link #isLeading} says something else; must not block */
    LeaderElection(LeaderLease lease, String identity, Runnable changed) {
        this.lease = lease;
        this.identity = identity;
        this.candidacy = new Candidacy(identity);
        this.changed = changed;
        this.thread = Thread.ofPlatform().name("hashlb-election").daemon().start(this::run);
    }

    boolean isLeading() {
        return candidacy.leads(System.nanoTime());
    }

    /** Gives the Lease back, so that a standby need not wait. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
            if (isLeading()) {
                within(attempts.submit(this::giveBack));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            attempts.shutdownNow();
        }
    }

    private void run() {
        try {
            while (!closed) {
                boolean done = within(attempts.submit(this::attempt));
                tell();
                Thread.sleep(done && isLeading() ? Candidacy.RENEW_EVERY : Candidacy.LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt() {
        if (renewsUnread) {
            write();
            return;
        }
        Optional<LeaderLease.Seen> seen = lease.read();
        seen.ifPresent(s -> tellHolder(s.holder()));
        Move move = candidacy.next(seen, LeaderElection::answers, System.nanoTime());
        if (move != Move.WAIT) {
            write();
        }
    }

    private void write() {
        renewsUnread = false;
        long began = System.nanoTime();
        lease.write(identity);
        candidacy.wrote(began);
        renewsUnread = true;
    }

    private void giveBack() {
        if (lease.read().filter(s -> s.holder().equals(identity)).isPresent()) {
            lease.write("");
        }
    }

    /** Whether it was done; what went wrong is logged. */
    private static boolean within(Future<?> attempt) throws InterruptedException {
        try {
            attempt.get(ATTEMPT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            log.warn("the Lease could not be read or written, which is tried again: {}", String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            log.warn(
                    "the API server has not answered about the Lease for {} ms; it is asked again",
                    ATTEMPT_WITHIN.toMillis());
        } finally {
            attempt.cancel(true);
        }
        return false;
    }

    private void tell() {
        boolean leads = isLeading();
        if (leads != toldLeads) {
            toldLeads = leads;
            log.info(leads ? "this replica leads" : "this replica leads no more");
            changed.run();
        }
    }

    private void tellHolder(String holder) {
        if (!holder.equals(toldHolder)) {
            toldHolder = holder;
            log.info("{} leads", holder.isEmpty() ? "nobody" : holder);
        }
    }

    /** Whether anything listens there: the kernel says so for a process that has no time, and not for one that has ended. */
    private static boolean answers(String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            return false;
        }
        String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))), (int)
                    ANSWER_WITHIN.toMillis());
            return true;
        } catch (IOException | IllegalArgumentException e) {
            log.info("the leader that is silent cannot be reached at {} either: {}", address, e.toString());
            return false;
        }
    }
}
