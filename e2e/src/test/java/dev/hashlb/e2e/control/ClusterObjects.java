package dev.hashlb.e2e.control;

import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec.Protocol;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Topology;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/** What Kubernetes itself and its users write: nodes, pods, tokens, a balancer. */
record ClusterObjects(KubernetesClient admin, Topology topology) {
    static final String NAMESPACE = "default";
    private static final String DATA_PLANES = "hashlb-dataplane";
    private static final String AUDIENCE = "hashlb-operator";

    /** A node of the lab, as its kubelet tells of it. */
    void node(LabNode node) {
        Node object = new NodeBuilder()
                .withNewMetadata()
                .withName(node.name())
                .endMetadata()
                .withNewStatus()
                .addNewAddress(node.ipv4(), "InternalIP")
                .addNewAddress(node.ipv6(), "InternalIP")
                .endStatus()
                .build();
        Node created = admin.resource(object).create();
        created.setStatus(object.getStatus());
        admin.resource(created).updateStatus();
    }

    /** A pod on a node; nothing runs it. */
    Pod pod(String namespace, String name, String node, String serviceAccount) {
        return admin.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .withServiceAccountName(serviceAccount)
                        .withAutomountServiceAccountToken(false)
                        .withNodeName(node)
                        .addNewContainer()
                        .withName("c")
                        .withImage("none")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    /** The token that the kubelet would project into the data plane's pod on a node; makes the pod. */
    String dataPlaneToken(String node) {
        Pod pod = pod(ApiServer.NAMESPACE, DATA_PLANES + "-" + node, node, DATA_PLANES);
        return admin.serviceAccounts()
                .inNamespace(ApiServer.NAMESPACE)
                .withName(DATA_PLANES)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(AUDIENCE)
                        .withExpirationSeconds(3600L)
                        .withNewBoundObjectRef()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .endBoundObjectRef()
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }

    /** A balancer with the lab's VIPs of a number, port 80 over TCP and UDP. */
    void balancer(String name, int vip) {
        HashLoadBalancer object = new HashLoadBalancer();
        object.setMetadata(
                new ObjectMetaBuilder().withNamespace(NAMESPACE).withName(name).build());
        object.setSpec(new HashLoadBalancerSpec(
                List.of(Topology.vipIpv4(vip), Topology.vipIpv6(vip)),
                List.of(port("http", Protocol.TCP), port("datagrams", Protocol.UDP)),
                name,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
        admin.resource(object).create();
    }

    private static HashLoadBalancerSpec.Port port(String name, Protocol protocol) {
        return new HashLoadBalancerSpec.Port(
                name, protocol, WebSnapshots.PORT, new IntOrString(ControlledLab.TARGET_PORT), null);
    }
}
