package dev.hashlb.core.snapshot;

/** What is added up to choose a server; see docs/calculation.md. */
public enum HashFields {
    /** {@code SRC_IP + SRC_PORT + DEST_IP + DEST_PORT + PROTOCOL}. */
    FIVE_TUPLE,
    /** {@code SRC_IP + DEST_IP + DEST_PORT}. */
    SOURCE_AND_SERVICE
}
