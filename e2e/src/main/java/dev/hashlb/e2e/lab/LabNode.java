package dev.hashlb.e2e.lab;

import java.util.List;

/**
 * A node: a network namespace on the LAN.
 *
 * @param name its name in files, such as {@code r1}
 * @param namespace its name under {@code /run/netns}
 * @param ipv4 its address on the LAN
 * @param ipv6 its address on the LAN
 * @param router whether it takes packets for VIPs
 * @param podNetwork how its pods are attached
 * @param pods the pods that it hosts
 */
public record LabNode(
        String name,
        String namespace,
        String ipv4,
        String ipv6,
        boolean router,
        PodNetwork podNetwork,
        List<Pod> pods) {
    public LabNode {
        pods = List.copyOf(pods);
    }
}
