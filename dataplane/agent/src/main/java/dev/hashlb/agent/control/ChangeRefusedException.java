package dev.hashlb.agent.control;

import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.protocol.v1alpha1.Nack;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A change that is not applied: what the operator is told. */
final class ChangeRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private static final int LONGEST_REASON_BYTES = 1024;

    private final String reason;
    private final transient Nack.Code code;
    private final transient Optional<NamespacedName> balancer;

    ChangeRefusedException(Nack.Code code, String reason) {
        this(code, reason, Optional.empty());
    }

    /** @param balancer whose fault it is, if it is one balancer's */
    ChangeRefusedException(Nack.Code code, String reason, Optional<NamespacedName> balancer) {
        super(reason);
        this.reason = reason;
        this.code = code;
        this.balancer = balancer;
    }

    Nack.Code code() {
        return code;
    }

    Optional<NamespacedName> balancer() {
        return balancer;
    }

    Nack toNack() {
        Nack.Builder nack = Nack.newBuilder().setCode(code).setReason(limited(reason));
        balancer.ifPresent(b -> nack.setBalancer(WireWriter.name(b)));
        return nack.build();
    }

    /** At most as many bytes of UTF-8 as a reason may have, cut between characters, without control characters. */
    static String limited(String reason) {
        String shown = reason.replaceAll("\\p{Cntrl}", "?");
        if (shown.getBytes(StandardCharsets.UTF_8).length <= LONGEST_REASON_BYTES) {
            return shown;
        }
        int end = Math.min(shown.length(), LONGEST_REASON_BYTES);
        while (shown.substring(0, end).getBytes(StandardCharsets.UTF_8).length > LONGEST_REASON_BYTES - 3) {
            end--;
        }
        if (Character.isHighSurrogate(shown.charAt(end - 1))) {
            end--;
        }
        return shown.substring(0, end) + "...";
    }
}
