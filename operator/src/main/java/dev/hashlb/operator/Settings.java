package dev.hashlb.operator;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.operator.cluster.ClusterOperator;
import dev.hashlb.operator.identity.IdentitySettings;
import dev.hashlb.operator.model.Installation;
import dev.hashlb.operator.push.PushSettings;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the process is told from outside, with its defaults in {@code application.properties}. */
@Singleton
final class Settings {
    private final String namespace;
    private final String replica;
    private final List<String> podAddresses;
    private final Path allowedAddresses;
    private final List<String> forbidden;
    private final Optional<Path> authorityFolder;
    private final int port;
    private final int metricsPort;

    Settings(
            @ConfigProperty(name = "hashlb.namespace") String namespace,
            @ConfigProperty(name = "hashlb.replica") String replica,
            @ConfigProperty(name = "hashlb.pod-addresses") Optional<List<String>> podAddresses,
            @ConfigProperty(name = "hashlb.allowed-addresses") Path allowedAddresses,
            @ConfigProperty(name = "hashlb.forbidden-addresses") Optional<List<String>> forbidden,
            @ConfigProperty(name = "hashlb.authority-folder") Optional<Path> authorityFolder,
            @ConfigProperty(name = "hashlb.push-port") int port,
            @ConfigProperty(name = "hashlb.metrics-port") int metricsPort) {
        this.namespace = namespace;
        this.replica = replica;
        this.podAddresses = podAddresses.orElse(List.of());
        this.allowedAddresses = allowedAddresses;
        this.forbidden = forbidden.orElse(List.of());
        this.authorityFolder = authorityFolder;
        this.port = port;
        this.metricsPort = metricsPort;
    }

    /** @throws IllegalArgumentException if a prefix in {@code hashlb.forbidden-addresses}, or an address of {@code hashlb.pod-addresses}, is none */
    ClusterOperator.Settings cluster() {
        return new ClusterOperator.Settings(
                namespace,
                replica,
                podAddresses.stream().map(IpAddress::parse).toList(),
                port,
                allowedAddresses,
                forbidden.stream()
                        .map(text -> new Installation.Forbidden(Cidr.parse(text), "which the installation forbids"))
                        .toList());
    }

    PushSettings push() {
        return PushSettings.DEFAULT.listeningOn(new InetSocketAddress(port));
    }

    /** On all addresses. */
    int metricsPort() {
        return metricsPort;
    }

    IdentitySettings identity() {
        return IdentitySettings.defaults(namespace).withAuthorityIn(authorityFolder);
    }
}
