package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.NamespacedName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A data plane's answer to one change. */
public sealed interface NodeAnswer {
    /** The Kubernetes node that answers. */
    String node();

    /** The version of the change that is answered. */
    long version();

    /**
     * Applied: the node calculates with it, and has set up the servers that live on it, but for those with a problem.
     *
     * @param leftOut balancers of this version that the node does not have, since it has refused them before, with its reason
     */
    record Acknowledged(String node, long version, List<ServerProblem> problems, Map<NamespacedName, String> leftOut)
            implements NodeAnswer {
        public Acknowledged {
            problems = List.copyOf(problems);
            leftOut = Map.copyOf(leftOut);
        }
    }

    /**
     * Refused as a whole: the node forwards with what it had.
     *
     * @param code why
     * @param reason for a person, as the node wrote it, cut and cleared of control characters
     * @param balancer whose fault it is, if it is one balancer's: that one is left out for this node until it changes or a back-off is over
     * @param appliedVersion what the node forwards with; absent: nothing
     */
    record Refused(
            String node,
            long version,
            RefusalCode code,
            String reason,
            Optional<NamespacedName> balancer,
            OptionalLong appliedVersion)
            implements NodeAnswer {}

    /** Why a change is refused: the codes of {@code Nack} in the contract. */
    enum RefusalCode {
        /** The change begins from another version than the node has. */
        BASE_MISMATCH,
        /** The node has calculated another digest. */
        DIGEST_MISMATCH,
        /** Something in it is wrong, or not known to the node's version. */
        INVALID,
        /** A VIP is local to the node, or where it reaches the operator or the API server. */
        FORBIDDEN_ADDRESS,
        /** The node's system refused. */
        SYSTEM,
        /** The node has not answered in time, and its stream was ended. */
        NO_ANSWER
    }
}
