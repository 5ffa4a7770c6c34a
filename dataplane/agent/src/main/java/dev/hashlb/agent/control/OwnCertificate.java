package dev.hashlb.agent.control;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that this node proves itself with now, and when the next one is due: when two thirds of its life are over, never
 * before. For one thread.
 */
final class OwnCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(OwnCertificate.class);
    /** A renewal that failed while the old certificate serves on is due again after this time. */
    private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(10);

    private final Issuer issuer;
    private final InstantSource clock;
    private @Nullable NodeCertificate certificate;
    private Instant dueAt = Instant.MIN;

    /** Where certificates come from. */
    interface Issuer {
        /** @throws IOException or StatusRuntimeException if none can be had now */
        NodeCertificate issue() throws IOException;
    }

    OwnCertificate(Issuer issuer, InstantSource clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    /**
     * The certificate to dial with: the next one, if it is due.
     *
     * @param oldWillDo whether one that is due, but still in force, is given where the next one cannot be had
     * @throws IOException or StatusRuntimeException if none can be had
     */
    NodeCertificate forDialling(boolean oldWillDo) throws IOException {
        NodeCertificate own = certificate;
        if (own != null && untilDue().isPositive()) {
            return own;
        }
        try {
            NodeCertificate issued = issuer.issue();
            certificate = issued;
            dueAt = issued.renewAt();
            return issued;
        } catch (IOException | StatusRuntimeException e) {
            Instant now = clock.instant();
            if (own == null || !oldWillDo || !now.isBefore(own.notAfter())) {
                throw e;
            }
            dueAt = now.plus(TRY_AGAIN_AFTER);
            LOG.warn(
                    "the certificate, in force until {}, could not be renewed yet: {}", own.notAfter(), e.getMessage());
            return own;
        }
    }

    /** How long until the next one is due, rounded up to whole milliseconds; zero if it is. */
    Duration untilDue() {
        Instant now = clock.instant();
        if (!now.isBefore(dueAt)) {
            return Duration.ZERO;
        }
        // Rounded down, the wait would end before the certificate is due, and the next dial would be with the old one.
        return Duration.ofMillis(Duration.between(now, dueAt).plusNanos(999_999).toMillis());
    }
}
