package dev.hashlb.operator.identity;

import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.operator.push.NodeReports;
import dev.hashlb.operator.push.PushServer;
import dev.hashlb.operator.push.PushSettings;
import dev.hashlb.operator.push.RefusedCallers;
import dev.hashlb.operator.push.SnapshotFeed;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The push with everything that it needs of a cluster, for whoever starts the operator: certificates, token checks, tunnel keys
 * and versions, all kept and renewed.
 *
 * <p>Order: {@link #start}; {@link #lead} when the Lease is held, then {@link #publish}; {@link #resign} when it is lost; {@link #close}.
 */
public final class PushService implements SnapshotFeed, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PushService.class);
    private static final long AUTHORITIES_SECONDS = 30;
    private static final long KEYS_SECONDS = 2;

    private final Clock clock;
    private final AuthoritySource authorities;
    private final Certificates certificates;
    private final BundlePublisher bundle;
    private final TokenReviewCheck tokens;
    private final TunnelKeyKeeper keys;
    private final PushServer server;
    private final ScheduledExecutorService keeper;

    /** Prepares it; nothing is read or written yet. */
    public PushService(
            PushSettings push,
            IdentitySettings identity,
            KubernetesClient client,
            NodeReports reports,
            RefusedCallers refused,
            MeterRegistry registry,
            Clock clock) {
        this.clock = clock;
        SecretStore secrets = new KubernetesSecrets(client, identity.namespace());
        this.authorities = identity.authorityFolder()
                .<AuthoritySource>map(folder ->
                        new FileAuthorities(folder, identity.lifetimes().leaf()))
                .orElseGet(() -> new SecretAuthorities(secrets, identity.authoritySecret(), identity.lifetimes()));
        this.certificates = new Certificates(identity.serverNames(), clock, Certificates.NODE_LIFETIME);
        this.bundle = new BundlePublisher(client, identity.namespace(), identity.bundleConfigMap());
        this.tokens = new TokenReviewCheck(client, identity.namespace(), identity.dataPlaneServiceAccount());
        this.keys = new TunnelKeyKeeper(secrets, identity.stateSecret(), identity.keySchedule());
        this.server = new PushServer(
                push,
                new PushServer.Collaborators(
                        certificates,
                        tokens,
                        certificates,
                        keys,
                        new StoredVersions(secrets, identity.stateSecret()),
                        reports,
                        refused,
                        registry));
        this.keeper = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("hashlb-identity").factory());
    }

    /**
     * Reads or makes the authority, publishes it, and listens; any replica does. Blocks.
     *
     * @return the port
     * @throws RuntimeException if the API server does not let it: to be tried again
     */
    public int start() throws IOException {
        refreshAuthorities();
        int port = server.start();
        var _ = keeper.scheduleWithFixedDelay(
                () -> guarded("renewing the authorities", this::refreshAuthorities),
                AUTHORITIES_SECONDS,
                AUTHORITIES_SECONDS,
                TimeUnit.SECONDS);
        var _ = keeper.scheduleWithFixedDelay(
                () -> guarded("rotating the tunnel keys", this::stepKeys),
                KEYS_SECONDS,
                KEYS_SECONDS,
                TimeUnit.SECONDS);
        return port;
    }

    private void refreshAuthorities() {
        Authorities current = authorities.refresh(clock.instant());
        certificates.refresh(current);
        bundle.publish(current.trusted());
    }

    private void stepKeys() {
        if (server.isLeading()
                && keys.step(
                        clock.instant(),
                        server.keysCoverage().toCompletableFuture().join())) {
            server.keysChanged();
        }
    }

    private static void guarded(String what, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.warn("{} failed and is tried again: {}", what, e.toString());
        }
    }

    /**
     * Reads the tunnel keys and begins to serve data planes. Blocks.
     *
     * @throws RuntimeException if the API server does not let it: to be tried again, or the Lease given up
     */
    public void lead() {
        keys.load(clock.instant());
        server.lead();
    }

    /** The server's key and certificate of the moment, for whatever else is served. Has none before {@link #start}. */
    public X509ExtendedKeyManager serverKey() {
        return certificates.keyManager();
    }

    /** Ends all streams and refuses new ones. */
    public void resign() {
        server.resign();
    }

    /** Blocks only for the first publication after {@link #lead}, which reserves versions. */
    @Override
    public long publish(Snapshot snapshot) {
        return server.publish(snapshot);
    }

    @Override
    public void close() {
        keeper.shutdownNow();
        server.close();
        tokens.close();
    }
}
