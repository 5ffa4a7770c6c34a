package dev.hashlb.operator.model;

import dev.hashlb.core.address.Cidr;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the person who installed HashLB permits.
 *
 * @param allowed who may have which addresses; nobody any, if empty
 * @param forbidden what nobody may have, besides what the cluster itself tells
 */
public record Installation(List<Allowed> allowed, List<Forbidden> forbidden) {
    /** Every namespace. */
    public static final String ANY_NAMESPACE = "*";

    public static final Installation NOTHING_ALLOWED = new Installation(List.of(), List.of());

    /**
     * A permission.
     *
     * @param namespaces names, or {@value #ANY_NAMESPACE}
     * @param cidrs what balancers of these namespaces may have
     */
    public record Allowed(List<String> namespaces, List<Cidr> cidrs) {
        public Allowed {
            namespaces = List.copyOf(namespaces);
            cidrs = List.copyOf(cidrs);
        }

        boolean isFor(String namespace) {
            return namespaces.contains(ANY_NAMESPACE) || namespaces.contains(namespace);
        }
    }

    /** @param what whose it is, as a message says it: {@code the API server's address} */
    public record Forbidden(Cidr cidr, String what) {}

    public Installation {
        allowed = List.copyOf(allowed);
        forbidden = List.copyOf(forbidden);
    }

    /** The same, with more that nobody may have. */
    public Installation and(List<Forbidden> more) {
        return new Installation(
                allowed, Stream.concat(forbidden.stream(), more.stream()).toList());
    }

    /** What a namespace may have. */
    public List<Cidr> allowedTo(String namespace) {
        return allowed.stream()
                .filter(a -> a.isFor(namespace))
                .flatMap(a -> a.cidrs().stream())
                .distinct()
                .toList();
    }
}
