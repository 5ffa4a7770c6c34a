package dev.hashlb.operator.push;

import java.util.Set;

/**
 * How far a version has come.
 *
 * @param version the version in question; 0: nothing was published
 * @param behind connected nodes that have not acknowledged it or a greater one
 * @param absent nodes of the newest snapshot that are not connected
 */
public record Coverage(long version, Set<String> behind, Set<String> absent) {
    public Coverage {
        behind = Set.copyOf(behind);
        absent = Set.copyOf(absent);
    }
}
