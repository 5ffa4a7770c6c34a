package dev.hashlb.core.snapshot;

import dev.hashlb.core.address.Cidr;
import java.util.List;

/**
 * The way of what servers send.
 *
 * @param mode of replies
 * @param egress where servers open connections to that take the same way, with their own addresses as the source;
 *     with {@link ReturnMode#GATEWAY} only
 */
public record Reply(ReturnMode mode, List<Cidr> egress) {
    public static final Reply DIRECT = of(ReturnMode.DIRECT);

    public Reply {
        egress = List.copyOf(egress);
    }

    public static Reply of(ReturnMode mode) {
        return new Reply(mode, List.of());
    }
}
