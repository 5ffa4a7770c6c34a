package dev.hashlb.operator.model;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.declare.BalancerCheck;
import dev.hashlb.core.declare.Finding;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which declarations hold. Oldest first, so that the older of two keeps what both want. One that cannot be accepted, but could
 * be before it was changed, goes on as it was: a mistake must not stop traffic.
 */
final class Acceptance {
    /**
     * What became of a declaration.
     *
     * @param accepted what holds; absent: the balancer is nowhere
     * @param complaint why the newest declaration does not hold; absent if it does
     * @param warnings what a person should see all the same
     */
    record Verdict(
            DeclaredBalancer declared,
            Optional<Accepted> accepted,
            Optional<Complaint> complaint,
            List<String> warnings) {}

    /**
     * A declaration that holds.
     *
     * @param spec as it was declared
     * @param checked with every default
     * @param ports how named target ports were resolved
     */
    record Accepted(HashLoadBalancerSpec spec, BalancerCheck.Checked checked, TargetPorts ports) {
        Set<Family> families() {
            return Acceptance.families(checked.addresses());
        }
    }

    private record Attempt(Optional<Accepted> accepted, Optional<Complaint> complaint, List<String> warnings) {
        static Attempt refused(String reason, String message) {
            return new Attempt(Optional.empty(), Optional.of(new Complaint(reason, message)), List.of());
        }
    }

    private final ClusterView view;
    private final Ledger ledger;
    private final AddressPolicy policy;
    private final Map<IpAddress, List<BalancerCheck.Checked>> holders = new HashMap<>();
    private int index;

    Acceptance(ClusterView view, Ledger ledger) {
        this.view = view;
        this.ledger = ledger;
        this.policy = new AddressPolicy(view);
    }

    /** Oldest first. */
    List<Verdict> judgeAll() {
        List<Verdict> verdicts = new ArrayList<>();
        view.balancers().stream()
                .sorted(DeclaredBalancer.OLDEST_FIRST)
                .forEach(declared -> verdicts.add(judge(declared)));
        return verdicts;
    }

    private Verdict judge(DeclaredBalancer declared) {
        Ledger.Entry entry = ledger.entries().get(declared.name());
        HashLoadBalancerSpec before = entry == null || !entry.uid().equals(declared.uid()) ? null : entry.accepted();
        Attempt attempt = attempt(declared, declared.spec(), before);
        Optional<Accepted> holds = attempt.accepted();
        Optional<Complaint> complaint = attempt.complaint();
        if (holds.isEmpty() && before != null && !before.equals(declared.spec())) {
            holds = attempt(declared, before, null).accepted();
            if (holds.isPresent()) {
                complaint = complaint.map(c -> new Complaint(
                        c.reason(), c.message() + ". Until then the balancer goes on as it was declared before"));
            }
        }
        holds.ifPresent(a -> a.checked()
                .addresses()
                .forEach(vip ->
                        holders.computeIfAbsent(vip, v -> new ArrayList<>()).add(a.checked())));
        return new Verdict(declared, holds, complaint, attempt.warnings());
    }

    private Attempt attempt(
            DeclaredBalancer declared, @Nullable HashLoadBalancerSpec spec, @Nullable HashLoadBalancerSpec before) {
        TargetPorts ports = spec == null ? null : resolve(declared, spec);
        BalancerCheck.Judged judged =
                BalancerCheck.judge(Documents.document(declared.name(), ports == null ? null : ports.spec()), index++);
        if (judged.balancer().isEmpty() || spec == null || ports == null) {
            return Attempt.refused(Complaint.INVALID, judged.mistakes());
        }
        BalancerCheck.Checked checked = judged.balancer().get();
        Optional<Complaint> complaint = immutable(declared, checked, before)
                .or(() -> policy.check(declared.name().namespace(), checked.addresses()))
                .or(() -> conflict(checked));
        return new Attempt(
                complaint.isPresent() ? Optional.empty() : Optional.of(new Accepted(spec, checked, ports)),
                complaint,
                judged.findings().stream()
                        .filter(f -> !f.isMistake())
                        .map(Finding::sentence)
                        .toList());
    }

    private TargetPorts resolve(DeclaredBalancer declared, HashLoadBalancerSpec spec) {
        var service = declared.service(spec);
        return TargetPorts.resolve(
                spec, view.services().get(service), view.endpoints().getOrDefault(service, List.of()));
    }

    /** As the CRD's own rules say it, for API servers that do not evaluate them. */
    private Optional<Complaint> immutable(
            DeclaredBalancer declared, BalancerCheck.Checked checked, @Nullable HashLoadBalancerSpec before) {
        if (before == null) {
            return Optional.empty();
        }
        Optional<BalancerCheck.Checked> earlier = BalancerCheck.judge(
                        Documents.document(
                                declared.name(), resolve(declared, before).spec()),
                        index++)
                .balancer();
        if (earlier.isEmpty()) {
            return Optional.empty();
        }
        HashSettings hash = earlier.get().hash();
        if (!hash.equals(checked.hash())) {
            return Optional.of(new Complaint(
                    Complaint.IMMUTABLE,
                    "hash is immutable, because a change would move nearly all flows: it was " + hash.fields() + ", "
                            + hash.table() + ", " + hash.buckets() + "; put it back, or create another balancer"));
        }
        Set<Family> families = families(earlier.get().addresses());
        if (!families.equals(families(checked.addresses()))) {
            return Optional.of(new Complaint(
                    Complaint.IMMUTABLE,
                    "addresses must keep their families (" + families
                            + "); put them back, or create another balancer for another family"));
        }
        return Optional.empty();
    }

    private Optional<Complaint> conflict(BalancerCheck.Checked checked) {
        return checked.addresses().stream()
                .flatMap(vip -> holders.getOrDefault(vip, List.of()).stream())
                .distinct()
                .flatMap(older -> checked.conflictsWith(older).stream())
                .map(Finding::sentence)
                .findFirst()
                .map(sentence -> new Complaint(Complaint.CONFLICT, sentence));
    }

    private static Set<Family> families(List<IpAddress> addresses) {
        return addresses.stream()
                .map(IpAddress::family)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Family.class)));
    }
}
