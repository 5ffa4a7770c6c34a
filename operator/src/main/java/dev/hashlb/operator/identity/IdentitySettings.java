package dev.hashlb.operator.identity;

import dev.hashlb.operator.identity.Authorities.Lifetimes;
import dev.hashlb.operator.identity.TunnelKeyRing.Schedule;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Names and times of identities.
 *
 * @param namespace of operator and data planes
 * @param dataPlaneServiceAccount whose tokens are accepted
 * @param serverNames DNS names under which data planes dial
 * @param authoritySecret where the operator keeps its authority; not used with {@code authorityFolder}
 * @param stateSecret where it keeps tunnel keys and reserved versions
 * @param bundleConfigMap where it publishes {@code ca.crt}
 * @param authorityFolder a folder with an authority's {@code tls.crt} and {@code tls.key}, made by another such as cert-manager
 */
public record IdentitySettings(
        String namespace,
        String dataPlaneServiceAccount,
        List<String> serverNames,
        String authoritySecret,
        String stateSecret,
        String bundleConfigMap,
        Optional<Path> authorityFolder,
        Lifetimes lifetimes,
        Schedule keySchedule) {

    public IdentitySettings {
        serverNames = List.copyOf(serverNames);
    }

    /** The names that the chart gives. */
    public static IdentitySettings defaults(String namespace) {
        String service = "hashlb-operator";
        return new IdentitySettings(
                namespace,
                "hashlb-dataplane",
                List.of(
                        service,
                        service + "." + namespace,
                        service + "." + namespace + ".svc",
                        service + "." + namespace + ".svc.cluster.local"),
                "hashlb-ca",
                "hashlb-tunnel-keys",
                "hashlb-ca",
                Optional.empty(),
                Lifetimes.DEFAULT,
                Schedule.DEFAULT);
    }

    /** The same, but with an authority that another makes; absent: the operator's own. */
    public IdentitySettings withAuthorityIn(Optional<Path> folder) {
        return new IdentitySettings(
                namespace,
                dataPlaneServiceAccount,
                serverNames,
                authoritySecret,
                stateSecret,
                bundleConfigMap,
                folder,
                lifetimes,
                keySchedule);
    }

    /** The same, but dialled under other names. */
    public IdentitySettings dialledAs(List<String> names) {
        return new IdentitySettings(
                namespace,
                dataPlaneServiceAccount,
                names,
                authoritySecret,
                stateSecret,
                bundleConfigMap,
                authorityFolder,
                lifetimes,
                keySchedule);
    }
}
