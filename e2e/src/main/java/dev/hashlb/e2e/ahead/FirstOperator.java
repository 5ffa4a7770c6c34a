package dev.hashlb.e2e.ahead;

import com.google.protobuf.ByteString;
import dev.hashlb.agent.control.WireWriter;
import dev.hashlb.core.digest.SnapshotDigest;
import dev.hashlb.protocol.v1alpha1.CertificateRequest;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.FromOperator;
import dev.hashlb.protocol.v1alpha1.IdentityServiceGrpc;
import dev.hashlb.protocol.v1alpha1.IssuedCertificate;
import dev.hashlb.protocol.v1alpha1.SnapshotServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives whoever dials a certificate and a snapshot, until it is ended. Arguments: a folder, in which it leaves {@code ca.crt}, and the
 * port; listens on 127.0.0.1.
 */
public final class FirstOperator {
    private FirstOperator() {}

    /** Never returns. */
    public static void main(String[] arguments) throws Exception {
        KeytoolAuthority authority = KeytoolAuthority.create(Path.of(arguments[0]));
        Server server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])))
                .sslContext(
                        GrpcSslContexts.configure(SslContextBuilder.forServer(authority.key(), authority.certificate()))
                                .protocols("TLSv1.3")
                                .trustManager(authority.certificate())
                                .clientAuth(ClientAuth.OPTIONAL)
                                .build())
                .addService(new Identities(authority))
                .addService(new Snapshots())
                .build()
                .start();
        Files.writeString(Path.of(arguments[0]).resolve("ca.crt"), authority.pem());
        server.awaitTermination();
    }

    private static final class Identities extends IdentityServiceGrpc.IdentityServiceImplBase {
        private final KeytoolAuthority authority;

        Identities(KeytoolAuthority authority) {
            this.authority = authority;
        }

        @Override
        public void issue(CertificateRequest request, StreamObserver<IssuedCertificate> out) {
            out.onNext(IssuedCertificate.newBuilder()
                    .addChain(ByteString.copyFrom(
                            authority.sign(request.getPkcs10().toByteArray())))
                    .build());
            out.onCompleted();
        }
    }

    private static final class Snapshots extends SnapshotServiceGrpc.SnapshotServiceImplBase {
        @Override
        public StreamObserver<FromDataPlane> stream(StreamObserver<FromOperator> out) {
            return new StreamObserver<>() {
                @Override
                public void onNext(FromDataPlane message) {
                    if (message.hasHello()) {
                        var snapshot = FirstSnapshot.of(message.getHello().getNode());
                        out.onNext(FromOperator.newBuilder()
                                .setChange(WireWriter.whole(snapshot, SnapshotDigest.of(snapshot)).toBuilder()
                                        .setNonce(ByteString.copyFromUtf8("1")))
                                .build());
                    } else {
                        System.out.println(message);
                    }
                }

                @Override
                public void onError(Throwable t) {
                    System.out.println("the stream has ended: " + t);
                }

                @Override
                public void onCompleted() {
                    out.onCompleted();
                }
            };
        }
    }
}
