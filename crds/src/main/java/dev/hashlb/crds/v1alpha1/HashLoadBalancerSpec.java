package dev.hashlb.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a person wants. Rules stand on types, never on record components: there the generator would write them twice.
 *
 * <p>CEL's cost is bounded by the greatest sizes, so every list and string that a rule looks at has one. A {@code targetPort} cannot
 * have one, as it may be a name; so two that are written and equal are found by the operator, not here.
 */
@ValidationRule(
        value = "has(self.serviceName) != has(self.selector)",
        message =
                "needs exactly one of serviceName and selector: name the Service whose endpoints are the servers, or select pods by label")
@ValidationRule(
        value = "self.addresses.exists(a, a.contains(':')) == oldSelf.addresses.exists(a, a.contains(':'))"
                + " && self.addresses.exists(a, !a.contains(':')) == oldSelf.addresses.exists(a, !a.contains(':'))",
        message = "addresses must keep their families (IPv4, IPv6): create another balancer for another family")
@ValidationRule(
        value = "self.addresses.all(a, self.addresses.exists_one(b, a == b))",
        message = "addresses has one twice: leave one of them out")
@ValidationRule(
        value = "self.addresses.all(a, !a.matches('^(0|127|22[4-9]|23[0-9])[.]|^169[.]254[.]|^255[.]255[.]255[.]255$"
                + "|^::1?$|^[fF][fF][0-9a-fA-F]{2}:|^[fF][eE][89abAB][0-9a-fA-F]:'))",
        message =
                "addresses must be ones that clients can route to: not unspecified, loopback, link-local, multicast or broadcast")
@ValidationRule(
        value = "self.ports.all(a, self.ports.exists_one(b, a.protocol == b.protocol && a.port == b.port))",
        message = "ports has a port twice for one protocol: leave one of them out")
@ValidationRule(
        value = "self.ports.all(a, !has(a.name) || self.ports.exists_one(b, has(b.name) && a.name == b.name))",
        message = "ports has a name twice: give each port its own name")
@ValidationRule(
        value =
                "self.ports.all(a, !has(a.targetPort) || !self.ports.exists(b, !has(b.targetPort) && a.protocol == b.protocol"
                        + " && a.port != b.port && a.targetPort == b.port))",
        message =
                "ports has a port that is also another's targetPort: port and targetPort are one-to-one, give each port its own target")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record HashLoadBalancerSpec(
        @Required
        @Size(min = 1, max = 8) @JsonPropertyDescription(
                "The VIPs, IPv4 or IPv6. Their families cannot be changed later. Each must be inside what the "
                        + "installation's allowedAddresses permits to this namespace.")
        @Nullable List<
                        @Size(min = 2, max = 45) @Pattern(
                                "^([0-9]{1,3}([.][0-9]{1,3}){3}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]*(:[0-9]{1,3}([.][0-9]{1,3}){3})?)$")
                        String>
                addresses,

        @Required @Size(min = 1, max = 16) @JsonPropertyDescription("The ports of the VIPs.") @Nullable List<Port> ports,

        @Size(min = 1, max = 63) @JsonPropertyDescription(
                "The Service, in this namespace, whose EndpointSlices are the servers; in place of selector.")
        @Nullable String serviceName,

        @Size(min = 1, max = 32) @JsonPropertyDescription("The labels of the pods that are the servers; in place of serviceName.")
        @Nullable Map<String, String> selector,

        @Default("{}")
        @JsonPropertyDescription("How a server is calculated from a packet. Cannot be changed later.")
        @Nullable Hash hash,

        @Default("{}") @JsonPropertyDescription("Which routers handle the packets.") @Nullable Ingress ingress,

        @JsonProperty("return") @Default("{}") @JsonPropertyDescription("The way of replies.") @Nullable Return return_,

        @Default("[\"0.0.0.0/0\", \"::/0\"]")
        @Size(max = 256) @JsonPropertyDescription("Who may come in, as prefixes; a family without an entry admits nobody. "
                + "A pod's NetworkPolicy does not see this traffic: this is the policy.")
        @Nullable List<@Size(max = 49) @Pattern("^[0-9a-fA-F.:]+/[0-9]{1,3}$") String> sourceRanges,

        @Default("true") @JsonPropertyDescription("Whether the VIPs answer ICMP echo.") @Nullable Boolean ping,

        @Default("Reject")
        @JsonPropertyDescription(
                "What happens to packets for a port that is not declared, or while there are no servers: Reject answers "
                        + "with a TCP reset or ICMP port unreachable, Drop does not.")
        @Nullable UndeclaredPorts undeclaredPorts) {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Port(
            @Size(min = 1, max = 63) @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$") @JsonPropertyDescription("The port's name, a DNS label.")
            @Nullable String name,

            @Default("TCP") @JsonPropertyDescription("TCP or UDP.") @Nullable Protocol protocol,

            @Required @Min(1) @Max(65535) @JsonPropertyDescription("The VIP's port.") @Nullable Integer port,

            @JsonPropertyDescription(
                    "The servers' port, by number or by the name that the pod gives it; as port if left out. "
                            + "One-to-one with port for a VIP and protocol.")
            @Nullable IntOrString targetPort,

            @JsonPropertyDescription(
                    "How packets enter the pod. Address: the VIP is a local address of the pod (if left out, for TCP). "
                            + "Nat: the pod's kernel translates to the pod's own address (if left out, for UDP).")
            @Nullable Delivery delivery) {}

    @ValidationRule(
            value = "self == oldSelf",
            message = "hash is immutable, because a change would move nearly all flows: create another balancer")
    @ValidationRule(
            value = "!has(self.buckets) || self.buckets in [1021, 4093, 16381, 65537]",
            message = "buckets must be one of the primes 1021, 4093, 16381 and 65537")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Hash(
            @Default("FiveTuple")
            @JsonPropertyDescription("What is added up. FiveTuple: SRC_IP + SRC_PORT + DEST_IP + DEST_PORT + PROTOCOL. "
                    + "SourceAndService: SRC_IP + DEST_IP + DEST_PORT, so that a client keeps its server.")
            @Nullable HashFields fields,

            @Default("Stable")
            @JsonPropertyDescription(
                    "What turns the sum into a server. Stable: modulo a prime number of buckets, few of which move when "
                            + "servers change. Modulo: modulo the number of servers, literally.")
            @Nullable TableKind table,

            @Default("16381")
            @JsonPropertyDescription("Stable's number of buckets: 1021, 4093, 16381 or 65537. No effect under Modulo.")
            @Nullable Integer buckets) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Ingress(
            @Default("AnyNode")
            @JsonPropertyDescription(
                    "AnyNode: a packet reaches one router, any, which handles it. SelfSelect: it reaches all, and the one "
                            + "that the calculation names handles it.")
            @Nullable IngressMode mode,

            @JsonPropertyDescription(
                    "As under hash, to choose a router; with SelfSelect or return Gateway only. FiveTuple if left out.")
            @Nullable HashFields fields,

            @JsonPropertyDescription(
                    "As under hash, over routers; with SelfSelect or return Gateway only. Stable if left out.")
            @Nullable TableKind table) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Return(
            @Default("Direct")
            @JsonPropertyDescription(
                    "Direct: from the pod straight to the client. Node: out of the pod's node, for networks that drop "
                            + "foreign sources from pods. Gateway: through the router that the calculation names.")
            @Nullable ReturnMode mode,

            @JsonPropertyDescription(
                    "Prefixes, ADDRESS/LENGTH: connections that servers open there leave through the router that the "
                            + "calculation names, too, with the pod's own address. With Gateway only.")
            @Size(max = 64) @Nullable List<@Size(max = 49) @Pattern("^[0-9a-fA-F.:]+/[0-9]{1,3}$") String> egress) {}

    public enum Protocol {
        TCP,
        UDP
    }

    /** How packets enter the pod. */
    public enum Delivery {
        @JsonProperty("Address")
        ADDRESS,
        @JsonProperty("Nat")
        NAT
    }

    /** What is added up. */
    public enum HashFields {
        @JsonProperty("FiveTuple")
        FIVE_TUPLE,
        @JsonProperty("SourceAndService")
        SOURCE_AND_SERVICE
    }

    /** How a slot becomes a server. */
    public enum TableKind {
        @JsonProperty("Stable")
        STABLE,
        @JsonProperty("Modulo")
        MODULO
    }

    /** Which routers handle the packets. */
    public enum IngressMode {
        @JsonProperty("AnyNode")
        ANY_NODE,
        @JsonProperty("SelfSelect")
        SELF_SELECT
    }

    /** The way of replies. */
    public enum ReturnMode {
        @JsonProperty("Direct")
        DIRECT,
        @JsonProperty("Node")
        NODE,
        @JsonProperty("Gateway")
        GATEWAY
    }

    /** What happens to packets for ports that are not declared. */
    public enum UndeclaredPorts {
        @JsonProperty("Reject")
        REJECT,
        @JsonProperty("Drop")
        DROP
    }
}
