package dev.hashlb.agent.host;

/**
 * How far a network namespace is.
 *
 * @param ready whether packets can be handed to it; if not, it is waited for
 * @param reason why it is waited for; empty when ready
 */
public record PodState(boolean ready, String reason) {
    static final PodState READY = new PodState(true, "");

    static PodState waiting(String reason) {
        return new PodState(false, reason);
    }
}
