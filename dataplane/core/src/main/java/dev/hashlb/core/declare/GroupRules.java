package dev.hashlb.core.declare;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.route.RouterSelection;
import dev.hashlb.core.snapshot.Ingress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules about one {@link HashRouterGroup} by itself. */
final class GroupRules {
    private static final HashRouterGroup.Spec EMPTY_SPEC = new HashRouterGroup.Spec(null, null, null);
    private static final HashRouterGroup.Hash NO_HASH = new HashRouterGroup.Hash(null, null, null);

    private final Findings findings;

    GroupRules(Findings findings) {
        this.findings = findings;
    }

    GroupDraft check(HashRouterGroup document, Place place) {
        Place at = place.field("spec");
        boolean written = document.spec() != null;
        if (!written) {
            findings.mistake(at, null, "is missing", "write at least spec: {destinations: [...], gateways: [...]}");
        }
        HashRouterGroup.Spec spec = document.spec() == null ? EMPTY_SPEC : document.spec();
        HashRouterGroup.Hash hash = spec.hash() == null ? NO_HASH : spec.hash();
        Place hashAt = at.field("hash");
        checkBuckets(hash.buckets(), hashAt.field("buckets"));
        Ingress defaults = Defaults.INGRESS;
        return new GroupDraft(
                place,
                Names.balancer(document.metadata(), place, findings),
                written ? destinations(spec.destinations(), at.field("destinations")) : List.of(),
                written ? gateways(spec.gateways(), at.field("gateways")) : List.of(),
                Choices.choose(Choices.FIELDS, hash.fields(), defaults.fields(), hashAt.field("fields"), findings),
                Choices.choose(Choices.TABLE, hash.table(), defaults.table(), hashAt.field("table"), findings));
    }

    private List<Located<Cidr>> destinations(@Nullable List<@Nullable String> texts, Place place) {
        if (texts == null || texts.isEmpty()) {
            findings.mistake(
                    place,
                    null,
                    texts == null ? "is missing" : "is empty",
                    "list the prefixes behind the routers, such as 192.0.2.0/24 or 2001:db8::/32");
            return List.of();
        }
        List<Located<Cidr>> good = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Addresses.prefix(texts.get(i), place.item(i), findings).ifPresent(good::add);
        }
        return good;
    }

    private List<Located<IpAddress>> gateways(@Nullable List<@Nullable String> literals, Place place) {
        if (literals == null || literals.isEmpty()) {
            findings.warning(
                    place,
                    null,
                    literals == null ? "is missing" : "is empty",
                    "list the addresses to which neighbours' routes point; without them each needs a static neighbour entry");
            return List.of();
        }
        return Addresses.hosts(literals, place, "a gateway must be an address that neighbours can ask for", findings);
    }

    /** All that choose a router share the buckets of one list. */
    private void checkBuckets(@Nullable Long buckets, Place place) {
        if (buckets != null && buckets != RouterSelection.BUCKETS) {
            findings.mistake(
                    place,
                    buckets,
                    "is not the number by which routers are chosen",
                    "write " + RouterSelection.BUCKETS + ", or leave it out");
        }
    }
}
