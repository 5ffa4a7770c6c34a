package dev.hashlb.e2e.lab;

/**
 * A pod: a network namespace on a node.
 *
 * @param name its name in files, such as {@code n1p1}
 * @param node the name of its node
 * @param namespace its name under {@code /run/netns}
 * @param ipv4 its own address
 * @param ipv6 its own address
 * @param nodeDevice the node's end of its veth
 */
public record Pod(String name, String node, String namespace, String ipv4, String ipv6, String nodeDevice) {}
