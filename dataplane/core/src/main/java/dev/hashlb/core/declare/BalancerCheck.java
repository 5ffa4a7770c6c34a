package dev.hashlb.core.declare;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Judges balancers one by one, for an operator: one bad balancer must not hold up the others. The rules are those of a file. */
public final class BalancerCheck {
    /**
     * What became of one document.
     *
     * @param balancer absent if there is any mistake
     * @param findings every mistake and warning
     */
    public record Judged(Optional<Checked> balancer, List<Finding> findings) {
        public Judged {
            findings = List.copyOf(findings);
        }

        /** All mistakes in one line, without the document's name. */
        public String mistakes() {
            return String.join(
                    "; and ",
                    findings.stream()
                            .filter(Finding::isMistake)
                            .map(Finding::sentence)
                            .toList());
        }
    }

    /** A declaration without mistakes, every default filled in. */
    public static final class Checked {
        private final BalancerDraft draft;

        private Checked(BalancerDraft draft) {
            this.draft = draft;
        }

        public NamespacedName name() {
            return draft.name();
        }

        public List<IpAddress> addresses() {
            return draft.addresses().stream().map(Located::value).toList();
        }

        public List<ServicePort> ports() {
            return draft.ports().stream().map(Located::value).toList();
        }

        public HashSettings hash() {
            return draft.hash();
        }

        /** The balancer with its server list. */
        public Balancer toBalancer(long generation, List<Server> servers) {
            return draft.toBalancer(generation, servers);
        }

        /** Why this balancer cannot be beside an older one: mistakes in this one's document; empty if it can. */
        public List<Finding> conflictsWith(Checked older) {
            Findings findings = new Findings();
            new VipRules(findings).check(List.of(older.draft, draft), Map.of());
            return findings.list().stream().filter(Finding::isMistake).toList();
        }
    }

    private BalancerCheck() {}

    /**
     * Judges a balancer of a cluster. Named ports must have been resolved.
     *
     * @param index tells documents apart in {@link Finding#place()}
     */
    public static Judged judge(HashLoadBalancer document, int index) {
        Findings findings = new Findings();
        Place place = SnapshotBuilder.place(new Declaration.Entry(index, document));
        BalancerDraft draft = new BalancerRules(findings).check(document, place);
        if (document.spec() != null) {
            checkSource(document.spec(), place.field("spec"), findings);
        }
        return new Judged(findings.hasMistakes() ? Optional.empty() : Optional.of(new Checked(draft)), findings.list());
    }

    private static void checkSource(HashLoadBalancer.Spec spec, Place place, Findings findings) {
        boolean byService = spec.serviceName() != null && !spec.serviceName().isEmpty();
        boolean bySelector = spec.selector() != null && !spec.selector().isEmpty();
        if (byService && bySelector) {
            findings.mistake(
                    place.field("selector"),
                    null,
                    "stands beside serviceName",
                    "leave one of them out: the servers are either the Service's endpoints or the pods with these labels");
        } else if (!byService && !bySelector) {
            findings.mistake(
                    place.field("serviceName"),
                    null,
                    "is missing, and so is selector",
                    "name the Service whose endpoints are the servers, or select pods by label");
        }
    }
}
