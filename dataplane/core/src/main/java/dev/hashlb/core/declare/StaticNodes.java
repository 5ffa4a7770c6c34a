package dev.hashlb.core.declare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The document {@code StaticNodes}, outside Kubernetes only. Several of them add up. */
public record StaticNodes(
        @Nullable Metadata metadata, @Nullable List<@Nullable Node> nodes) implements Document {

    /** @param router whether it takes packets for VIPs */
    public record Node(
            @Nullable String name,
            @Nullable String address,
            @Nullable Boolean router) {}
}
