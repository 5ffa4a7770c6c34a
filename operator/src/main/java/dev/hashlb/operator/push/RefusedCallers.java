package dev.hashlb.operator.push;

import java.util.Optional;

/** Where refused callers are told, to make a Kubernetes event of it. Called from several threads; must not block. */
public interface RefusedCallers {
    /** At most once a minute for one reason and node or account; the metric counts all. */
    void refused(RefusedCaller caller);

    /**
     * A refused call.
     *
     * @param node the node that the token proves, if it proves one: the event belongs to it
     * @param account the token's account, if known
     * @param remoteAddress from where, as text
     * @param message for a person: what was expected, and what to do; no secret in it
     */
    record RefusedCaller(
            RefusalReason reason,
            Optional<String> node,
            Optional<String> account,
            String remoteAddress,
            String message) {}
}
