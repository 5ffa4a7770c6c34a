package dev.hashlb.agent.control;

import dev.hashlb.agent.announce.AnnounceSettings;
import dev.hashlb.core.address.IpAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * How a data plane reaches its operator, and what it needs to know of its node.
 *
 * @param nodeName the Kubernetes node's name
 * @param operatorHost a name or an address of the operator's Service
 * @param operatorPort its port
 * @param operatorName the name that the operator's certificate must have
 * @param caFile certificate authorities in PEM; read at each dial
 * @param tokenFile the service-account token; read at each dial
 * @param apiServer addresses of the API server, which no VIP may have
 * @param stateFolder where the last good snapshot and the journal are
 * @param namespaceFolders where the pods' network namespaces are looked for
 * @param packetThreads how many
 * @param announce whether VIPs are announced on the node's LAN
 * @param softwareVersion this build
 */
public record ControlSettings(
        String nodeName,
        String operatorHost,
        int operatorPort,
        String operatorName,
        Path caFile,
        Path tokenFile,
        List<IpAddress> apiServer,
        Path stateFolder,
        List<Path> namespaceFolders,
        int packetThreads,
        AnnounceSettings announce,
        String softwareVersion) {
    public ControlSettings {
        apiServer = List.copyOf(apiServer);
        namespaceFolders = List.copyOf(namespaceFolders);
    }
}
