package dev.hashlb.agent.config;

import java.util.List;

/** Input that was refused, with all that is wrong with it. Nothing was changed. */
public final class RefusedInputException extends Exception {
    private final List<String> lines;

    /** @param lines what is told, one line each */
    public RefusedInputException(List<String> lines) {
        super(String.join(System.lineSeparator(), lines));
        this.lines = List.copyOf(lines);
    }

    public RefusedInputException(String line) {
        this(List.of(line));
    }

    public List<String> lines() {
        return lines;
    }
}
