package dev.hashlb.e2e.bench.candidate;

import dev.hashlb.e2e.lab.LabException;

/** Waits between two looks at something that is on its way. */
public final class Pause {
    private Pause() {}

    public static void milliseconds(int duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }
}
