package dev.hashlb.core.snapshot;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.List;

/**
 * A balancer with its server list, every default filled in.
 *
 * @param name unique in a snapshot
 * @param addresses the VIPs, no two balancers share one with the same protocol and port
 * @param ports at least one
 * @param hash how it calculates
 * @param ingress which routers handle its packets
 * @param reply the way of replies
 * @param sourceRanges who may come in; a family without an entry admits nobody
 * @param ping whether routers answer ICMP echo for the VIPs
 * @param undeclaredPorts what happens to packets for a port that is not declared
 * @param generation the generation of the server list; at least the newest {@code joined} or {@code left} in it
 * @param servers all that live, those that have {@code left} included; in the order of the file or by identity
 */
public record Balancer(
        NamespacedName name,
        List<IpAddress> addresses,
        List<ServicePort> ports,
        HashSettings hash,
        Ingress ingress,
        Reply reply,
        List<Cidr> sourceRanges,
        boolean ping,
        UndeclaredPorts undeclaredPorts,
        long generation,
        List<Server> servers) {

    public Balancer {
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
        sourceRanges = List.copyOf(sourceRanges);
        servers = List.copyOf(servers);
    }

    public ReturnMode returnMode() {
        return reply.mode();
    }

    /** The servers of one family that take new flows at a generation, in the list's order. N is the size of this list. */
    public List<Server> serversAt(long atGeneration, Family family) {
        return servers.stream()
                .filter(s -> s.families().contains(family)
                        && s.intervalAt(atGeneration).isPresent())
                .toList();
    }

    /** The same balancer at another generation. */
    public Balancer withGeneration(long otherGeneration) {
        return with(otherGeneration, servers);
    }

    /** The same balancer as it decides about flows: without servers that took none yet. */
    public Balancer withoutPrepared() {
        return withServers(servers.stream().filter(s -> !s.prepared()).toList());
    }

    /** The same balancer with another server list. */
    public Balancer withServers(List<Server> others) {
        return with(generation, others);
    }

    private Balancer with(long otherGeneration, List<Server> others) {
        return new Balancer(
                name,
                addresses,
                ports,
                hash,
                ingress,
                reply,
                sourceRanges,
                ping,
                undeclaredPorts,
                otherGeneration,
                others);
    }
}
