package dev.hashlb.agent.host;

/**
 * A network namespace in the journal.
 *
 * @param path the file that names it; empty for the node's own
 * @param cookie the kernel's number of it (SO_NETNS_COOKIE), never used again until the next boot, as inodes are
 */
record Place(String path, long cookie) {
    static final String NODE = "";

    boolean isNode() {
        return path.equals(NODE);
    }
}
