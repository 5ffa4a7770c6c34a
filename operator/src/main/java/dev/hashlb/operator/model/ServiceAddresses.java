package dev.hashlb.operator.model;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.NamespacedName;
import java.util.Map;

/**
 * The cluster addresses of Services, which the API server gives out. What a person may write into a Service or an
 * EndpointSlice is not among them: else anybody could take a balancer's address away by naming it there.
 */
public record ServiceAddresses(Map<IpAddress, NamespacedName> byAddress) {
    public ServiceAddresses {
        byAddress = Map.copyOf(byAddress);
    }
}
