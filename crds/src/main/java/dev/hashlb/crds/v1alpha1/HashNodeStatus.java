package dev.hashlb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node's data plane as its stream told it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record HashNodeStatus(
        @JsonPropertyDescription("What forwards on this node, such as netty.") @Nullable String engine,

        @JsonPropertyDescription("The data plane's version.") @Nullable String version,

        @JsonPropertyDescription("The version of the snapshot that the node forwards with.") @Nullable Long snapshotVersion,

        @JsonPropertyDescription(
                "The last refusal or failure that the node told; absent since the last snapshot that it took.")
        @Nullable LastError lastError,

        @JsonPropertyDescription("The counters that matter, as of the last report.") @Nullable Counters counters,

        @JsonPropertyDescription("Connected: whether the data plane's stream to the operator is up.") @Nullable List<Condition> conditions) {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record LastError(
            @JsonPropertyDescription("What went wrong, and what to do.") @Nullable String message,

            @JsonPropertyDescription("When, as RFC 3339.") @Nullable String time) {}

    /** Since the data plane started. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Counters(
            @JsonPropertyDescription("Packets for VIPs that this node, as a router, sent to a server's host.") @Nullable Long routed,

            @JsonPropertyDescription("Packets that this node, as a host, handed to its servers.") @Nullable Long delivered,

            @JsonPropertyDescription("Packets dropped, for any reason.") @Nullable Long dropped,

            @JsonPropertyDescription("Snapshots refused.") @Nullable Long refusedSnapshots) {}
}
