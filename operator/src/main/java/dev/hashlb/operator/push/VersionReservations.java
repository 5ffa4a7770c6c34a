package dev.hashlb.operator.push;

/** Versions that no other replica, and no earlier run of this one, has had or will have. Blocks: it writes to a durable place. */
public interface VersionReservations {
    /**
     * Reserves versions: the returned one and the {@code count - 1} after it.
     *
     * @param atLeast the returned version is not less
     * @return greater than every version that was ever reserved
     * @throws IllegalStateException if the place cannot be read or written; nothing is reserved then
     */
    long reserve(long atLeast, int count);
}
