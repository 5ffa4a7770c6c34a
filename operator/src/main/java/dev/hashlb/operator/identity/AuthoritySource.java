package dev.hashlb.operator.identity;

import java.time.Instant;

/** Where the installation's authorities come from. Blocks. */
public interface AuthoritySource {
    /**
     * Reads them, and makes what is due.
     *
     * @throws RuntimeException if the place cannot be read or written: what was read last holds on
     */
    Authorities refresh(Instant now);
}
