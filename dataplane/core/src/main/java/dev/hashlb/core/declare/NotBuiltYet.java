package dev.hashlb.core.declare;

import java.util.List;

/** What may be declared but no data plane can do yet. The one place to strike a line from when it can. */
public final class NotBuiltYet {
    private NotBuiltYet() {}

    /** A mistake for each use of such a thing. */
    public static List<Finding> mistakes(Declaration declaration) {
        Findings findings = new Findings();
        for (Declaration.Entry entry : declaration.entries()) {
            if (entry.document() instanceof HashLoadBalancer balancer && balancer.spec() != null) {
                Place spec = SnapshotBuilder.place(entry).field("spec");
                HashLoadBalancer.Ingress ingress = balancer.spec().ingress();
                if (ingress != null && "SelfSelect".equals(ingress.mode())) {
                    refuse(spec.field("ingress"), "SelfSelect", "AnyNode", findings);
                }
                HashLoadBalancer.Return way = balancer.spec().return_();
                if (way != null && "Gateway".equals(way.mode())) {
                    refuse(spec.field("return"), "Gateway", "Direct or Node", findings);
                }
            }
        }
        return findings.list();
    }

    private static void refuse(Place place, String mode, String instead, Findings findings) {
        findings.mistake(
                place.field("mode"),
                mode,
                "is not built yet: this version's data plane cannot do it",
                "write " + instead);
    }
}
