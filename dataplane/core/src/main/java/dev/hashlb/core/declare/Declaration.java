package dev.hashlb.core.declare;

import java.util.List;

/** All that was declared, in the order in which it was. */
public record Declaration(List<Entry> entries) {
    /** @param index the document's index in what it came in, from 0; messages and {@link Place} refer to it */
    public record Entry(int index, Document document) {}

    public Declaration {
        entries = List.copyOf(entries);
    }
}
