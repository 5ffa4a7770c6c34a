package dev.hashlb.agent.liveness;

/** What has been counted about probes since the start. Readable by any thread. */
public interface LivenessCounters {
    /** Probes dropped because they were malformed. */
    long badHeaders();

    /** Probes dropped because their tag was wrong. */
    long badTags();

    /** Probes dropped because too many came at once. */
    long overflowed();

    /** Probes that the kernel refused to send. */
    long unsent();
}
