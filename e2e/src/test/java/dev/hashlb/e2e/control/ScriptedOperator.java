package dev.hashlb.e2e.control;

import com.google.protobuf.ByteString;
import dev.hashlb.agent.control.WireWriter;
import dev.hashlb.core.digest.SnapshotDigest;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.CertificateRequest;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.FromOperator;
import dev.hashlb.protocol.v1alpha1.IdentityServiceGrpc;
import dev.hashlb.protocol.v1alpha1.IssuedCertificate;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import dev.hashlb.protocol.v1alpha1.SnapshotServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An operator by the contract of docs/protocol.md, which does what a test says. Whoever opens a stream gets the current snapshot
 * whole, if there is one; everything else is the test's.
 */
final class ScriptedOperator implements AutoCloseable {
    private static final String NAME = "hashlb-operator";

    private final TestAuthority authority;
    private final Server server;
    private final Map<String, ScriptedStream> streams = new HashMap<>();
    private final List<String> issued = new ArrayList<>();
    private Duration certificateLife = Duration.ofHours(1);
    private Snapshot current = Snapshot.EMPTY;
    private long nonces;

    /**
     * Listens on a port of its own.
     *
     * @param authority of its own certificate and of the nodes'
     */
    ScriptedOperator(TestAuthority authority) throws IOException {
        this.authority = authority;
        KeyPair keys = TestAuthority.newKeys();
        X509Certificate own = authority.server(keys.getPublic(), NAME);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(keys.getPrivate(), own))
                        .protocols("TLSv1.3")
                        .trustManager(authority.certificate())
                        .clientAuth(ClientAuth.OPTIONAL)
                        .build())
                .intercept(new CallerCheck())
                .addService(new Identities())
                .addService(new Snapshots())
                .build()
                .start();
    }

    /** The token that a node must show. */
    static String tokenOf(String node) {
        return "of-" + node;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
    }

    /** How long certificates live that are issued from now on; in whole seconds. */
    synchronized void certificatesLive(Duration life) {
        certificateLife = life;
    }

    /** For which nodes certificates were issued, in this order. */
    synchronized List<String> issued() {
        return List.copyOf(issued);
    }

    /** Has a snapshot sent, whole, to those that were sent nothing yet and to whoever dials from now on. */
    synchronized void offer(Snapshot snapshot) {
        current = snapshot;
        streams.values().stream().filter(ScriptedStream::wasSentNothing).forEach(s -> s.send(whole(snapshot)));
    }

    /** The newest stream of a node, as soon as there is one. */
    synchronized ScriptedStream stream(String node) throws InterruptedException {
        long end = System.nanoTime() + ScriptedStream.PATIENCE.toNanos();
        while (!streams.containsKey(node)) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (leftMs <= 0) {
                throw new AssertionError("node " + node + " does not dial within " + ScriptedStream.PATIENCE);
            }
            wait(leftMs);
        }
        return streams.get(node);
    }

    /** From one snapshot to the next: balancers that differ; nodes and keys stay. */
    synchronized SnapshotChange difference(Snapshot from, Snapshot to) {
        Map<Object, Balancer> before = new HashMap<>();
        from.balancers().forEach(b -> before.put(b.name(), b));
        SnapshotChange.Builder change = SnapshotChange.newBuilder()
                .setNonce(nonce())
                .setBaseVersion(from.version())
                .setVersion(to.version())
                .setDigest(SnapshotDigest.of(to));
        for (Balancer balancer : to.balancers()) {
            if (!balancer.equals(before.remove(balancer.name()))) {
                change.addBalancers(WireWriter.balancer(balancer));
            }
        }
        before.values().forEach(gone -> change.addRemovedBalancers(WireWriter.name(gone.name())));
        return change.build();
    }

    synchronized SnapshotChange whole(Snapshot snapshot) {
        return WireWriter.whole(snapshot, SnapshotDigest.of(snapshot)).toBuilder()
                .setNonce(nonce())
                .build();
    }

    private ByteString nonce() {
        return ByteString.copyFromUtf8(Long.toString(++nonces));
    }

    /** As kill -9 would end it: connections break without a word. */
    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    private synchronized void opened(ScriptedStream stream) {
        streams.put(stream.node(), stream);
        if (current.version() > 0) {
            stream.send(whole(current));
        }
        notifyAll();
    }

    private final class Identities extends IdentityServiceGrpc.IdentityServiceImplBase {
        @Override
        public void issue(CertificateRequest request, StreamObserver<IssuedCertificate> out) {
            String node = CallerCheck.node();
            synchronized (ScriptedOperator.this) {
                issued.add(node);
                try {
                    X509Certificate certificate =
                            authority.node(request.getPkcs10().toByteArray(), node, certificateLife);
                    out.onNext(IssuedCertificate.newBuilder()
                            .addChain(ByteString.copyFrom(certificate.getEncoded()))
                            .build());
                } catch (CertificateEncodingException e) {
                    throw new IllegalStateException(e);
                }
            }
            out.onCompleted();
        }
    }

    private final class Snapshots extends SnapshotServiceGrpc.SnapshotServiceImplBase {
        @Override
        public StreamObserver<FromDataPlane> stream(StreamObserver<FromOperator> out) {
            String node = CallerCheck.certifiedNode();
            return new StreamObserver<>() {
                private @Nullable ScriptedStream stream;

                @Override
                public void onNext(FromDataPlane message) {
                    if (message.hasHello()) {
                        stream = new ScriptedStream(node, message.getHello(), out);
                        opened(stream);
                    } else if (stream == null) {
                        throw new IllegalStateException("node " + node + " does not say Hello first: " + message);
                    } else if (message.hasAnswer()) {
                        Answer answer = message.getAnswer();
                        stream.answered(answer);
                    } else {
                        stream.reported(message.getReport());
                    }
                }

                @Override
                public void onError(Throwable t) {
                    onCompleted();
                }

                @Override
                public void onCompleted() {
                    if (stream != null) {
                        stream.ended();
                    }
                }
            };
        }
    }
}
