package dev.hashlb.core.declare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The document {@code HashRouterGroup}, outside Kubernetes only: routers without servers. */
public record HashRouterGroup(
        @Nullable Metadata metadata, @Nullable Spec spec) implements Document {

    /**
     * @param destinations prefixes behind the routers
     * @param gateways addresses to which the routes of neighbours point
     */
    public record Spec(
            @Nullable List<@Nullable String> destinations,
            @Nullable List<@Nullable String> gateways,
            @Nullable Hash hash) {}

    /**
     * @param fields {@code FiveTuple} or {@code SourceAndService}
     * @param table {@code Modulo} or {@code Stable}
     * @param buckets of {@code Stable}: 16381, as wherever routers are chosen
     */
    public record Hash(
            @Nullable String fields,
            @Nullable String table,
            @Nullable Long buckets) {}
}
