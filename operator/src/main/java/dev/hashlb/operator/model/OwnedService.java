package dev.hashlb.operator.model;

import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.NamespacedName;

/**
 * The headless Service that the operator owns for a balancer with a {@code selector}, so that Kubernetes makes slices of its pods.
 */
public final class OwnedService {
    private static final String PREFIX = "hashlb-";
    private static final int LONGEST_LABEL = 63;

    private OwnedService() {}

    /** A DNS label that two balancers of a namespace cannot share: a balancer's name may be longer, and have dots. */
    public static String nameFor(NamespacedName balancer) {
        String suffix = "-" + Integer.toHexString(Identity.wireId(balancer.toString()));
        String readable = balancer.name().replace('.', '-');
        int room = LONGEST_LABEL - PREFIX.length() - suffix.length();
        return PREFIX + (readable.length() <= room ? readable : readable.substring(0, room)) + suffix;
    }
}
