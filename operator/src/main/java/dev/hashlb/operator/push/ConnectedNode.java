package dev.hashlb.operator.push;

import java.util.OptionalLong;

/**
 * A data plane that has said hello.
 *
 * @param node the Kubernetes node, as its token and certificate prove
 * @param engine what forwards, such as {@code netty}
 * @param softwareVersion the data plane's build
 * @param appliedVersion the snapshot it forwards with already, from its state folder; absent: none
 */
public record ConnectedNode(String node, String engine, String softwareVersion, OptionalLong appliedVersion) {}
