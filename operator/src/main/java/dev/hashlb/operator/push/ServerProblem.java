package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.NamespacedName;

/**
 * A server that its host could not set up.
 *
 * @param identity the server's identity
 * @param reason for a person, as the node wrote it, cut and cleared of control characters
 */
public record ServerProblem(NamespacedName balancer, String identity, String reason) {}
