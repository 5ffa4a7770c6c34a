package dev.hashlb.core.probe;

import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which VIPs a node knows of, and in which ingress mode, as one number; see docs/wire-format.md. */
public final class VipsDigest {
    private VipsDigest() {}

    public static long of(Snapshot snapshot) {
        String text = snapshot.balancers().stream()
                .flatMap(VipsDigest::lines)
                .distinct()
                .sorted()
                .collect(Collectors.joining());
        return Identity.hash(text);
    }

    private static Stream<String> lines(Balancer balancer) {
        return balancer.addresses().stream()
                .map(vip -> vip + " " + balancer.ingress().mode().name() + "\n");
    }
}
