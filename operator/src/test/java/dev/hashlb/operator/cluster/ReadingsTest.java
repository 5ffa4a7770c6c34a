package dev.hashlb.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.operator.model.ClusterNode;
import dev.hashlb.operator.model.Endpoint;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadingsTest {
    private static List<IpAddress> parsed(String... literals) {
        return List.of(literals).stream().map(IpAddress::parse).toList();
    }

    /** Else anybody who may write a Service could take a balancer's address away (ADR 0037). */
    @Test
    void whatAnybodyMayWriteIsNoAddressOfAService() {
        var service = new ServiceBuilder()
                .withNewSpec()
                .withClusterIP("10.96.0.7")
                .withClusterIPs("10.96.0.7", "fd00:96::7")
                .withExternalIPs("198.51.100.10")
                .withLoadBalancerIP("198.51.100.11")
                .endSpec()
                .withNewStatus()
                .withNewLoadBalancer()
                .addNewIngress()
                .withIp("198.51.100.12")
                .endIngress()
                .endLoadBalancer()
                .endStatus()
                .build();
        assertThat(Readings.clusterAddresses(service)).isEqualTo(parsed("10.96.0.7", "fd00:96::7"));
    }

    @Test
    void headlessServiceAndOneWithoutSpecHaveNoAddress() {
        assertThat(Readings.clusterAddresses(new ServiceBuilder()
                        .withNewSpec()
                        .withClusterIP("None")
                        .withClusterIPs("None")
                        .endSpec()
                        .build()))
                .isEmpty();
        assertThat(Readings.clusterAddresses(new ServiceBuilder().build())).isEmpty();
    }

    @Test
    void endpointWithoutConditionsIsReadyAndOneThatIsNoPodHasNoUid() {
        var slice = new EndpointSliceBuilder()
                .addNewPort()
                .withName("http")
                .withPort(8080)
                .endPort()
                .addNewEndpoint()
                .withAddresses("10.244.0.1", "not-an-address.example")
                .withNodeName("n1")
                .withNewTargetRef()
                .withKind("Pod")
                .withName("web-1")
                .withUid("uid-1")
                .endTargetRef()
                .endEndpoint()
                .addNewEndpoint()
                .withAddresses("10.244.0.2")
                .withNewTargetRef()
                .withKind("VirtualMachine")
                .withName("vm")
                .withUid("uid-2")
                .endTargetRef()
                .endEndpoint()
                .build();
        assertThat(Readings.endpoints(slice))
                .containsExactly(
                        new Endpoint("web-1", "uid-1", "n1", parsed("10.244.0.1"), true, false, Map.of("http", 8080)),
                        new Endpoint("", "", "", parsed("10.244.0.2"), true, false, Map.of("http", 8080)));
    }

    @Test
    void nodeHasItsInternalAddressesFirstAndItsPodsPrefixesOnce() {
        var node = new NodeBuilder()
                .withNewMetadata()
                .withName("n1")
                .endMetadata()
                .withNewSpec()
                .withPodCIDR("10.244.0.0/24")
                .withPodCIDRs("10.244.0.0/24", "fd00:1::/64")
                .endSpec()
                .withNewStatus()
                .addNewAddress("n1.example", "Hostname")
                .addNewAddress("203.0.113.5", "ExternalIP")
                .addNewAddress("10.9.0.1", "InternalIP")
                .endStatus()
                .build();
        ClusterNode read = Readings.node(node);
        assertThat(read.internal()).isEqualTo(parsed("10.9.0.1"));
        assertThat(read.others()).isEqualTo(parsed("203.0.113.5"));
        assertThat(read.podCidrs()).hasSize(2);
    }
}
