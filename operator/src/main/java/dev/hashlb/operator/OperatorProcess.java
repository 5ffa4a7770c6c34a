package dev.hashlb.operator;

import dev.hashlb.operator.cluster.BalancerReconciler;
import dev.hashlb.operator.cluster.CallerEvents;
import dev.hashlb.operator.cluster.ClusterOperator;
import dev.hashlb.operator.cluster.NodeBook;
import dev.hashlb.operator.cluster.PlanSignal;
import dev.hashlb.operator.identity.PushService;
import dev.hashlb.operator.monitoring.MetricsServer;
import dev.hashlb.operator.monitoring.Probes;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts everything in order, and goes on trying while the API server is away: a process that ends is restarted with ever longer
 * delays, and would come late when the API server is back.
 */
@Singleton
final class OperatorProcess {
    private static final Logger log = LoggerFactory.getLogger(OperatorProcess.class);
    private static final long RETRY_MILLIS = 1000;

    private final Operator sdk;
    private final ClusterOperator cluster;
    private final PushService push;
    private final MetricsServer metrics;
    private final Thread starter;
    private volatile boolean started;

    OperatorProcess(
            Settings settings,
            KubernetesClient client,
            Operator sdk,
            BalancerReconciler balancers,
            PlanSignal signal,
            NodeBook nodes,
            Vertx vertx,
            PrometheusMeterRegistry registry) {
        this.sdk = sdk;
        this.push = new PushService(
                settings.push(),
                settings.identity(),
                client,
                nodes,
                new CallerEvents(client, InstantSource.system()),
                registry,
                Clock.systemUTC());
        this.cluster = new ClusterOperator(
                client,
                settings.cluster(),
                signal,
                balancers,
                nodes,
                new ServedDataPlanes(push),
                InstantSource.system());
        this.metrics = new MetricsServer(vertx, settings.metricsPort(), push.serverKey(), client, registry::scrape);
        Gauge.builder("hashlb_operator_leads", cluster, c -> c.isPlanning() ? 1 : 0)
                .description("Whether this replica leads and its first plan is out.")
                .register(registry);
        this.starter = Thread.ofPlatform().name("hashlb-start").daemon().unstarted(this::start);
    }

    void onStart(@Observes StartupEvent event) {
        starter.start();
    }

    void onStop(@Observes ShutdownEvent event) {
        starter.interrupt();
        cluster.close();
        metrics.close();
        push.close();
        sdk.stop();
    }

    /** Ready means that data planes can dial; who leads is said to them, not to the kubelet. */
    void routes(@Observes Router router) {
        Probes.serve(router, () -> started);
    }

    private void start() {
        try {
            untilItWorks("the operator SDK", sdk::start);
            untilItWorks("the push", () -> log.info("data planes may dial port {}", push.start()));
            untilItWorks("watching the cluster", cluster::start);
            started = true;
            untilItWorks("serving metrics", () -> log.info("metrics are on port {}", metrics.start()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void untilItWorks(String what, Step step) throws InterruptedException {
        while (true) {
            try {
                step.run();
                return;
            } catch (IOException | RuntimeException e) {
                log.warn("{} could not be started and is tried again: {}", what, e.toString());
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }
}
