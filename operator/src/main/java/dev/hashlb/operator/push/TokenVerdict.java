package dev.hashlb.operator.push;

import java.util.Optional;

/** What a token proves. */
public sealed interface TokenVerdict {
    /**
     * It is a data plane's, bound to its pod, on this node.
     *
     * @param node the Kubernetes node
     * @param pod {@code namespace/name}
     */
    record Accepted(String node, String pod) implements TokenVerdict {}

    /**
     * It is not.
     *
     * @param account whose it is, if it is anybody's
     * @param message for a person: what was expected, and what to do
     */
    record Rejected(RefusalReason reason, Optional<String> account, String message) implements TokenVerdict {}

    /** The API server could not be asked; nothing is known. */
    record Unknown(String message) implements TokenVerdict {}
}
