package dev.hashlb.agent.host;

/**
 * One thing that is, or is about to be, changed.
 *
 * @param place in which namespace
 * @param kind what it is
 * @param key which one, as its kind writes it
 * @param before the value to put back; empty where the thing is taken away
 * @param after the value that was set: only where it still stands is the old one put back
 */
record JournalEntry(Place place, Kind kind, String key, String before, String after) {

    enum Kind {
        /** Routes, rules and the nft table, all known by {@link HostFootprint}; key empty. */
        FOOTPRINT,
        /** An address; key {@code DEVICE INDEX ADDRESS PREFIX}. */
        ADDRESS,
        /** A per-device IPv4 setting; key {@code DEVICE INDEX SETTING}. */
        DEVICE_SETTING,
        /** A file; key: its path below /proc/sys. */
        SYSCTL
    }

    static JournalEntry footprint(Place place) {
        return new JournalEntry(place, Kind.FOOTPRINT, "", "", "");
    }

    boolean sameThing(JournalEntry other) {
        return place.equals(other.place) && kind == other.kind && key.equals(other.key);
    }

    String toLine() {
        return String.join("\t", kind.name(), Long.toUnsignedString(place.cookie()), place.path(), key, before, after);
    }

    /** @throws IllegalArgumentException if the line is no entry */
    static JournalEntry parse(String line) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 6) {
            throw new IllegalArgumentException("'" + line + "' has " + parts.length + " fields, expected 6");
        }
        Place place = new Place(parts[2], Long.parseUnsignedLong(parts[1]));
        return new JournalEntry(place, Kind.valueOf(parts[0]), parts[3], parts[4], parts[5]);
    }
}
