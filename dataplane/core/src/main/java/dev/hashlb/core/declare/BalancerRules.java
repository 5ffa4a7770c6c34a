package dev.hashlb.core.declare;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.TableKind;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rules about one {@link HashLoadBalancer} by itself. */
final class BalancerRules {
    static final Set<Integer> BUCKETS = new TreeSet<>(Set.of(1021, 4093, 16381, 65537));

    private static final HashLoadBalancer.Spec EMPTY_SPEC =
            new HashLoadBalancer.Spec(null, null, null, null, null, null, null, null, null, null);

    private final Findings findings;

    BalancerRules(Findings findings) {
        this.findings = findings;
    }

    BalancerDraft check(HashLoadBalancer document, Place place) {
        NamespacedName name = Names.balancer(document.metadata(), place, findings);
        Place at = place.field("spec");
        if (document.spec() == null) {
            findings.mistake(at, null, "is missing", "write at least spec: {addresses: [...], ports: [...]}");
        }
        HashLoadBalancer.Spec spec = document.spec() == null ? EMPTY_SPEC : document.spec();
        List<Located<IpAddress>> addresses =
                document.spec() == null ? List.of() : addresses(spec.addresses(), at.field("addresses"));
        return new BalancerDraft(
                place,
                name,
                addresses,
                document.spec() == null ? List.of() : new PortRules(findings).check(spec.ports(), at.field("ports")),
                hash(spec.hash(), at.field("hash")),
                ingress(spec, at.field("ingress")),
                reply(spec.return_(), at.field("return")),
                Addresses.sourceRanges(spec.sourceRanges(), addresses, at.field("sourceRanges"), findings),
                spec.ping() == null ? Defaults.PING : spec.ping(),
                Choices.choose(
                        Choices.UNDECLARED_PORTS,
                        spec.undeclaredPorts(),
                        Defaults.UNDECLARED_PORTS,
                        at.field("undeclaredPorts"),
                        findings));
    }

    private List<Located<IpAddress>> addresses(@Nullable List<@Nullable String> literals, Place place) {
        if (literals == null || literals.isEmpty()) {
            findings.mistake(
                    place,
                    null,
                    literals == null ? "is missing" : "is empty",
                    "list the address that clients connect to");
            return List.of();
        }
        return Addresses.hosts(literals, place, "a VIP must be an address that clients can route to", findings);
    }

    private HashSettings hash(HashLoadBalancer.@Nullable Hash hash, Place place) {
        if (hash == null) {
            return Defaults.HASH;
        }
        HashSettings defaults = Defaults.HASH;
        TableKind table = Choices.choose(Choices.TABLE, hash.table(), defaults.table(), place.field("table"), findings);
        int buckets = defaults.buckets();
        if (hash.buckets() != null) {
            long wanted = hash.buckets();
            if (BUCKETS.stream().anyMatch(b -> b == wanted)) {
                buckets = (int) wanted;
            } else {
                String known = BUCKETS.stream().map(String::valueOf).collect(Collectors.joining(", "));
                findings.mistake(
                        place.field("buckets"),
                        wanted,
                        "is not one of the primes that can be chosen",
                        "write one of " + known);
            }
            if (table == TableKind.MODULO) {
                findings.warning(place.field("buckets"), wanted, "has no effect with table Modulo", "leave it out");
            }
        }
        return new HashSettings(
                Choices.choose(Choices.FIELDS, hash.fields(), defaults.fields(), place.field("fields"), findings),
                table,
                buckets);
    }

    private Ingress ingress(HashLoadBalancer.Spec spec, Place place) {
        HashLoadBalancer.Ingress ingress = spec.ingress();
        if (ingress == null) {
            return Defaults.INGRESS;
        }
        Ingress defaults = Defaults.INGRESS;
        Ingress chosen = new Ingress(
                Choices.choose(Choices.INGRESS, ingress.mode(), defaults.mode(), place.field("mode"), findings),
                Choices.choose(Choices.FIELDS, ingress.fields(), defaults.fields(), place.field("fields"), findings),
                Choices.choose(Choices.TABLE, ingress.table(), defaults.table(), place.field("table"), findings));
        if (!chosen.selfSelect() && !isGateway(spec.return_())) {
            noEffect(ingress.fields(), place.field("fields"));
            noEffect(ingress.table(), place.field("table"));
        }
        return chosen;
    }

    private void noEffect(@Nullable String value, Place place) {
        if (value != null) {
            findings.warning(
                    place,
                    value,
                    "has no effect with mode AnyNode, unless return is Gateway",
                    "leave it out, or choose SelfSelect");
        }
    }

    private static boolean isGateway(HashLoadBalancer.@Nullable Return way) {
        return way != null && way.mode() != null && Choices.RETURN.get(way.mode()) == ReturnMode.GATEWAY;
    }

    private Reply reply(HashLoadBalancer.@Nullable Return way, Place place) {
        if (way == null) {
            return Defaults.REPLY;
        }
        ReturnMode mode =
                Choices.choose(Choices.RETURN, way.mode(), Defaults.REPLY.mode(), place.field("mode"), findings);
        List<@Nullable String> egress = way.egress() == null ? List.of() : way.egress();
        if (mode != ReturnMode.GATEWAY && !egress.isEmpty()) {
            findings.mistake(
                    place.field("egress"),
                    null,
                    "has a meaning with mode Gateway only",
                    "leave it out, or choose Gateway");
            return Reply.of(mode);
        }
        return new Reply(mode, Addresses.prefixes(egress, place.field("egress"), findings));
    }
}
