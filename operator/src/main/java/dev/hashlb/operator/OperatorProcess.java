package dev.hashlb.operator;

import dev.hashlb.operator.cluster.BalancerReconciler;
import dev.hashlb.operator.cluster.CallerEvents;
import dev.hashlb.operator.cluster.ClusterOperator;
import dev.hashlb.operator.cluster.NodeBook;
import dev.hashlb.operator.cluster.PlanSignal;
import dev.hashlb.operator.identity.PushService;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.InstantSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts everything in order, and goes on trying while the API server is away: a process that ends is restarted with ever longer
 * delays, and would come late when the API server is back.
 */
@Singleton
@Readiness
final class OperatorProcess implements HealthCheck {
    private static final Logger log = LoggerFactory.getLogger(OperatorProcess.class);
    private static final long RETRY_MILLIS = 1000;

    private final Operator sdk;
    private final ClusterOperator cluster;
    private final PushService push;
    private final Thread starter;
    private volatile boolean started;

    OperatorProcess(
            Settings settings,
            KubernetesClient client,
            Operator sdk,
            BalancerReconciler balancers,
            PlanSignal signal,
            NodeBook nodes,
            MeterRegistry registry) {
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
        this.starter = Thread.ofPlatform().name("hashlb-start").daemon().unstarted(this::start);
    }

    void onStart(@Observes StartupEvent event) {
        starter.start();
    }

    void onStop(@Observes ShutdownEvent event) {
        starter.interrupt();
        cluster.close();
        push.close();
        sdk.stop();
    }

    /** Ready means that data planes can dial; who leads is said to them, not to the kubelet. */
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("operator")
                .status(started)
                .withData("leads", cluster.isPlanning())
                .build();
    }

    private void start() {
        try {
            untilItWorks("the operator SDK", sdk::start);
            untilItWorks("the push", () -> log.info("data planes may dial port {}", push.start()));
            untilItWorks("watching the cluster", cluster::start);
            started = true;
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
