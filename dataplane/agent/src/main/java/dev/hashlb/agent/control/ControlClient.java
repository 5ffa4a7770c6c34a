package dev.hashlb.agent.control;

import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.FromOperator;
import dev.hashlb.protocol.v1alpha1.Hello;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a stream from the operator: dials, gets a certificate and renews it, dials again. One thread does that; another, the control
 * thread, does all that streams deliver, one thing after the other.
 */
final class ControlClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlClient.class);
    private static final String ENGINE = "netty";
    private static final String NOT_THE_LEADER = "not the leader";
    /** A new stream that delivers nothing takes the old one's place all the same after this time. */
    private static final Duration OVERLAP = Duration.ofSeconds(10);
    /** Certificates are by the wall clock, waits are not: it is looked at so often. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final ControlSettings settings;
    private final Dialer dialer;
    private final ControlledNode node;
    private final ControlMetrics metrics;
    private final Reporting reporting;
    private final OwnCertificate certificate;
    private final BackOff backOff;
    private final ScheduledThreadPoolExecutor control = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("hashlb-control").daemon().factory());
    private final Thread dialling =
            Thread.ofPlatform().name("hashlb-dial").daemon().unstarted(this::run);

    private volatile boolean closed;
    private @Nullable OperatorStream previous;
    /** The stream that is listened to. For the control thread. */
    private @Nullable OperatorStream current;

    ControlClient(
            ControlSettings settings,
            Dialer dialer,
            ControlledNode node,
            ControlMetrics metrics,
            Observations observations,
            RandomGenerator random) {
        this.settings = settings;
        this.dialer = dialer;
        this.node = node;
        this.metrics = metrics;
        this.reporting = new Reporting(node::problems, observations);
        this.certificate = new OwnCertificate(this::issue, InstantSource.system());
        this.backOff = new BackOff(random);
        // Threads are in the network namespace of the one that starts them.
        control.prestartAllCoreThreads();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // guarded: what it throws is logged
    void start() {
        long everyMs = Reporting.EVERY.toMillis();
        control.scheduleWithFixedDelay(
                () -> listener().ifPresent(stream -> reporting.regularly(stream::report)),
                everyMs,
                everyMs,
                TimeUnit.MILLISECONDS);
        dialling.start();
    }

    /** Ends the stream; waits until the change that is being applied is. */
    @Override
    public void close() {
        closed = true;
        dialling.interrupt();
        try {
            dialling.join();
            control.shutdown();
            if (!control.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.warn("a change is still being applied after a minute; not waiting any more");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        OperatorStream stream = null;
        try {
            while (!closed) {
                try {
                    stream = dial();
                    await(stream);
                } catch (StatusRuntimeException e) {
                    failed(reason(e.getStatus()), e.getStatus());
                } catch (IOException e) {
                    failed(String.valueOf(e.getMessage()), Status.fromThrowable(e));
                } catch (RuntimeException e) {
                    LOG.error("dialling failed by a fault of HashLB, please report it", e);
                    failed(String.valueOf(e), Status.INTERNAL);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("dialling ends", e);
        } finally {
            if (stream != null) {
                stream.close();
            }
            closePrevious();
            metrics.connected(false);
        }
    }

    private OperatorStream dial() throws IOException {
        // While the old stream lives, one more with the old certificate is of no use.
        NodeCertificate own = certificate.forDialling(previous == null);
        ManagedChannel channel = dialer.connect(own, control, backOff.connectMs());
        OperatorStream stream = new OperatorStream(channel, this::changed);
        try {
            onControl(() -> stream.open(dialer, hello()));
        } catch (IOException | RuntimeException e) {
            stream.close();
            throw e;
        }
        return stream;
    }

    private NodeCertificate issue() throws IOException {
        NodeCertificate issued = dialer.issue(backOff.connectMs());
        metrics.certificateEnds(issued.notAfter().getEpochSecond());
        LOG.info("got a certificate for node {} until {}", settings.nodeName(), issued.notAfter());
        return issued;
    }

    /** Until the stream has ended, or its certificate is to be renewed: it then lives on until the next stream delivers. */
    private void await(OperatorStream stream) throws InterruptedException {
        if (previous != null) {
            awaitDelivery(stream);
            if (stream.delivered() || !stream.ended().isDone()) {
                closePrevious();
            }
        }
        Optional<Status> end = endBeforeRenewal(stream);
        if (end.isEmpty()) {
            previous = stream;
            return;
        }
        Status status = end.get();
        stream.close();
        if (previous == null) {
            metrics.connected(false);
        }
        if (stream.delivered()) {
            backOff.reset();
        }
        failed(reason(status), status);
    }

    /** gRPC's own description of a failed connection is "io exception"; the exception says which. */
    private static String reason(Status status) {
        String described = status.getCode() + ": " + status.getDescription();
        Throwable cause = status.getCause();
        return cause == null || cause.getMessage() == null ? described : described + ": " + cause.getMessage();
    }

    /** Waits for the stream's end; empty when the certificate is to be renewed. */
    private Optional<Status> endBeforeRenewal(OperatorStream stream) throws InterruptedException {
        for (Duration left = certificate.untilDue(); left.isPositive(); left = certificate.untilDue()) {
            Duration wait = left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT;
            try {
                return Optional.of(stream.ended().get(wait.toMillis(), TimeUnit.MILLISECONDS));
            } catch (TimeoutException e) {
                LOG.trace("the stream lives", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("a stream's end never fails", e);
            }
        }
        return Optional.empty();
    }

    private static void awaitDelivery(OperatorStream stream) throws InterruptedException {
        Instant end = Instant.now().plus(OVERLAP);
        while (!stream.delivered() && !stream.ended().isDone() && Instant.now().isBefore(end)) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void closePrevious() {
        if (previous != null) {
            previous.close();
            previous = null;
        }
    }

    private void failed(String reason, Status status) throws InterruptedException {
        if (closed) {
            return;
        }
        if (previous != null && previous.ended().isDone()) {
            closePrevious();
            metrics.connected(false);
        }
        metrics.dialFailed();
        if (String.valueOf(status.getDescription()).contains(NOT_THE_LEADER)) {
            backOff.reset(); // another replica has to be found, which is no reason for patience
        }
        Duration wait = backOff.next(!Dialer.reachedNobody(status));
        LOG.info(
                "no stream from the operator at {}:{}: {}; forwarding by snapshot {}, dialling again in {} ms",
                settings.operatorHost(),
                settings.operatorPort(),
                ChangeRefusedException.limited(reason),
                node.snapshot().version(),
                wait.toMillis());
        Thread.sleep(wait);
    }

    private Hello hello() {
        Hello.Builder hello = Hello.newBuilder()
                .setNode(settings.nodeName())
                .setEngine(ENGINE)
                .setSoftwareVersion(settings.softwareVersion());
        node.applied().ifPresent(hello::setApplied);
        return hello.build();
    }

    /** On the control thread. */
    private Answer changed(OperatorStream stream, FromOperator message) {
        if (stream != current) {
            current = stream;
            metrics.streamBegan();
            reporting.streamBegan();
            metrics.connected(true);
            reportSoon(); // after the answer
            LOG.info("the operator at {}:{} feeds this node", settings.operatorHost(), settings.operatorPort());
        }
        metrics.changeCame();
        // A message that has no change is an empty one, which is refused like any other that lacks its parts.
        Answer answer = node.answer(message.getChange());
        metrics.applied(node.snapshot().version());
        if (answer.hasAck()) {
            reporting.told(answer.getAck());
        }
        return answer;
    }

    /** Problems or peers may have changed: tells the operator soon. For any thread. */
    @SuppressWarnings("FutureReturnValueIgnored") // guarded: what it throws is logged
    void reportSoon() {
        try {
            control.execute(() -> listener().ifPresent(stream -> reporting.soon(stream::report)));
        } catch (RejectedExecutionException e) {
            LOG.trace("closing", e);
        }
    }

    /** Who listens to reports. On the control thread. */
    private Optional<OperatorStream> listener() {
        return Optional.ofNullable(current).filter(stream -> !stream.ended().isDone());
    }

    private void onControl(Runnable task) throws IOException {
        try {
            control.submit(task).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        }
    }
}
