package dev.hashlb.agent.control;

import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.FromOperator;
import dev.hashlb.protocol.v1alpha1.Hello;
import dev.hashlb.protocol.v1alpha1.Report;
import dev.hashlb.protocol.v1alpha1.SnapshotServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One stream from the operator. Callbacks come on the channel's executor, one after the other, and so must calls. The next change
 * is asked for when the one before was answered, so that no more than one waits in memory.
 */
final class OperatorStream implements ClientResponseObserver<FromDataPlane, FromOperator> {
    private final ManagedChannel channel;
    private final Listener listener;
    private final CompletableFuture<Status> ended = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<FromDataPlane> requests;
    private volatile boolean delivered;

    /** Whom a stream tells what comes. */
    interface Listener {
        /** A message came; the answer to it. */
        Answer changed(OperatorStream stream, FromOperator message);
    }

    OperatorStream(ManagedChannel channel, Listener listener) {
        this.channel = channel;
        this.listener = listener;
    }

    /** Opens the stream and introduces this node. */
    void open(Dialer dialer, Hello hello) {
        SnapshotServiceGrpc.newStub(channel).withCallCredentials(dialer.token()).stream(this);
        send(FromDataPlane.newBuilder().setHello(hello).build());
    }

    /** Whether anything came yet. */
    boolean delivered() {
        return delivered;
    }

    /** Completes, and never fails, when the stream has ended. */
    CompletableFuture<Status> ended() {
        return ended;
    }

    void report(Report report) {
        if (!ended.isDone()) {
            send(FromDataPlane.newBuilder().setReport(report).build());
        }
    }

    /** Ends the stream and its connection, if it has not ended by itself. For any thread. */
    void close() {
        channel.shutdownNow();
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<FromDataPlane> stream) {
        requests = stream;
        stream.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(FromOperator message) {
        delivered = true;
        Answer answer = listener.changed(this, message);
        if (!ended.isDone()) {
            send(FromDataPlane.newBuilder().setAnswer(answer).build());
            requests().request(1);
        }
    }

    @Override
    public void onError(Throwable t) {
        ended.complete(Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
        ended.complete(Status.OK.withDescription("the operator ended the stream"));
    }

    private void send(FromDataPlane message) {
        requests().onNext(message);
    }

    private ClientCallStreamObserver<FromDataPlane> requests() {
        if (requests == null) {
            throw new IllegalStateException("the stream was not opened");
        }
        return requests;
    }
}
