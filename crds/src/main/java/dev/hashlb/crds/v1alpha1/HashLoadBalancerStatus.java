package dev.hashlb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator made of a balancer. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record HashLoadBalancerStatus(
        @JsonPropertyDescription(
                "Accepted: the declaration is valid and no older balancer has its addresses and ports. "
                        + "ServersReady: there is a server that takes new flows. "
                        + "Programmed: every node forwards with the current generation.")
        @Nullable List<Condition> conditions,

        @JsonPropertyDescription("The metadata.generation that this status is about.") @Nullable Long observedGeneration,

        @JsonPropertyDescription("The VIPs that are served.") @Nullable List<String> addresses,

        @JsonPropertyDescription("The same as one text, for people.") @Nullable String vips,

        @JsonPropertyDescription("N: how many servers take new flows, in either family.") @Nullable Integer servers,

        @JsonPropertyDescription("The generation of the server list: one step for each of its changes.") @Nullable Long generation,

        @JsonPropertyDescription("How far the nodes are.") @Nullable Nodes nodes) {

    /** The types of the conditions. */
    public static final String ACCEPTED = "Accepted";

    public static final String SERVERS_READY = "ServersReady";
    public static final String PROGRAMMED = "Programmed";

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Nodes(
            @JsonPropertyDescription("Nodes that forward with the current generation.") @Nullable Integer programmed,

            @JsonPropertyDescription("Nodes with a data plane.") @Nullable Integer total,

            @JsonPropertyDescription("programmed/total, for people.") @Nullable String summary) {

        /** Both numbers and their summary. */
        public static Nodes of(int programmed, int total) {
            return new Nodes(programmed, total, programmed + "/" + total);
        }
    }
}
