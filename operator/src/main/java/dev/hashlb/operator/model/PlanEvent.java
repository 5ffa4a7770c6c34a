package dev.hashlb.operator.model;

import dev.hashlb.core.snapshot.NamespacedName;

/**
 * What a person should see about a balancer, as a Kubernetes event.
 *
 * @param balancer whose
 * @param uid of the balancer's object
 * @param warning whether something needs attention
 * @param reason one word in CamelCase; docs/operations.md lists them
 * @param message what is so, and what to do
 */
public record PlanEvent(NamespacedName balancer, String uid, boolean warning, String reason, String message) {
    public static final String ACCEPTED = "Accepted";
    /** The declaration is taken, but something about it is doubtful. */
    public static final String DOUBTFUL = "Doubtful";
    /** A pod cannot be a server. */
    public static final String SERVER_REFUSED = "ServerRefused";
    /** A server takes flows though its node has not said that it is ready for it. */
    public static final String SERVER_UNACKNOWLEDGED = "ServerUnacknowledged";
    /** A server's node cannot serve it. */
    public static final String SERVER_NOT_SET_UP = "ServerNotSetUp";
    /** A node looks dead, and its servers are taken out; or so many do that it is not believed. */
    public static final String NODE_LOST = "NodeLost";
    /** A node refuses the balancer, or the snapshot. */
    public static final String NODE_REFUSED = "NodeRefused";
}
