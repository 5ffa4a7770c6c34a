package dev.hashlb.core.declare;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is wrong, or doubtful, in a document.
 *
 * @param severity whether it is refused
 * @param place the document and the field
 * @param value what stands there; empty if nothing does, or if it is no use to repeat it
 * @param problem what is wrong, as the sentence's verb: {@code is missing}
 * @param remedy what to do about it; empty if the problem says it
 */
public record Finding(Severity severity, Place place, String value, String problem, String remedy) {
    /** Whether a finding is refused. */
    public enum Severity {
        /** Nothing is applied as long as there is one. */
        MISTAKE,
        /** Applied all the same. */
        WARNING
    }

    public boolean isMistake() {
        return severity == Severity.MISTAKE;
    }

    /** One line: document, field, value, what is wrong, and the remedy. */
    @Override
    public String toString() {
        return place.label() + ": " + sentence();
    }

    /** The same without the document, for where that is known: field, value, what is wrong, and the remedy. */
    public String sentence() {
        String what = Stream.of(place.shortPath(), value, problem)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
        return remedy.isEmpty() ? what : what + "; " + remedy;
    }
}
