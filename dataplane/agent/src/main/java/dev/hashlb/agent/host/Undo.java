package dev.hashlb.agent.host;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Runs steps that each undo something: the later ones also where an earlier one failed. */
final class Undo {
    private @Nullable IOException first;

    /** A step. */
    interface Step {
        void run() throws IOException;
    }

    void run(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
    }

    /** Throws the first failure, the others suppressed in it. */
    void throwFirst() throws IOException {
        if (first != null) {
            throw first;
        }
    }
}
