package dev.hashlb.core.declare;

import dev.hashlb.core.declare.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects findings, so that all of them can be told at once. For one thread. */
public final class Findings {
    private static final int LONGEST_VALUE = 80;

    private final List<Finding> found = new ArrayList<>();

    /** @param value what stands at the place; null for nothing */
    public void mistake(Place place, @Nullable Object value, String problem, String remedy) {
        found.add(new Finding(Severity.MISTAKE, place, shown(value), problem, remedy));
    }

    public void warning(Place place, @Nullable Object value, String problem, String remedy) {
        found.add(new Finding(Severity.WARNING, place, shown(value), problem, remedy));
    }

    /** In the order in which they were found. */
    public List<Finding> list() {
        return List.copyOf(found);
    }

    public boolean hasMistakes() {
        return found.stream().anyMatch(Finding::isMistake);
    }

    /** A value for one line of a message: control characters replaced, the end of a long one cut off. */
    private static String shown(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString().replaceAll("\\p{Cntrl}", "?");
        if (text.isBlank()) {
            return "'" + text + "'";
        }
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "...";
    }
}
