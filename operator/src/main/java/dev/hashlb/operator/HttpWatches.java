package dev.hashlb.operator;

import io.fabric8.kubernetes.client.Config;
import io.quarkus.kubernetes.client.KubernetesConfigCustomizer;
import jakarta.inject.Singleton;

/**
 * Watches by HTTP alone, as client-go does. The client tries a WebSocket first, and where something between refuses that, such as an
 * aggregated API server, it tries on for 20 s before each watch, in which nothing is seen of what is watched.
 */
@Singleton
final class HttpWatches implements KubernetesConfigCustomizer {
    @Override
    public void customize(Config config) {
        config.setOnlyHttpWatches(true);
    }
}
