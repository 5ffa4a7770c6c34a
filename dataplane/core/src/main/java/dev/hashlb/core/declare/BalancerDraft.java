package dev.hashlb.core.declare;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.List;

/**
 * A balancer of which only the good parts are there, with their places: what rules about several balancers look at.
 * Without mistakes it is whole.
 *
 * @param place the document
 */
record BalancerDraft(
        Place place,
        NamespacedName name,
        List<Located<IpAddress>> addresses,
        List<Located<ServicePort>> ports,
        HashSettings hash,
        Ingress ingress,
        Reply reply,
        List<Cidr> sourceRanges,
        boolean ping,
        UndeclaredPorts undeclaredPorts) {

    Balancer toBalancer(long generation, List<Server> servers) {
        return new Balancer(
                name,
                addresses.stream().map(Located::value).toList(),
                ports.stream().map(Located::value).toList(),
                hash,
                ingress,
                reply,
                sourceRanges,
                ping,
                undeclaredPorts,
                generation,
                servers);
    }
}
