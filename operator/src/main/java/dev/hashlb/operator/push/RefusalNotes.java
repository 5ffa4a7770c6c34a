package dev.hashlb.operator.push;

import dev.hashlb.operator.push.RefusedCallers.RefusedCaller;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes refused callers on, one a minute for the same matter, so that nobody can fill the log or the API server. */
final class RefusalNotes {
    private static final Logger log = LoggerFactory.getLogger(RefusalNotes.class);
    private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Matters remembered; beyond that the oldest is forgotten. */
    private static final int MAX_REMEMBERED = 1024;

    private record Matter(RefusalReason reason, String who) {}

    private final RefusedCallers listener;
    private final LongSupplier clock;
    private final Map<Matter, Long> told = new LinkedHashMap<>();

    RefusalNotes(RefusedCallers listener, LongSupplier clock) {
        this.listener = listener;
        this.clock = clock;
    }

    void note(RefusedCaller caller) {
        // Without a name it is anybody: one matter for all, whatever addresses they come from.
        String who = caller.node().or(caller::account).orElse("");
        if (!isNew(new Matter(caller.reason(), who))) {
            return;
        }
        log.warn("refused {} from {}: {}", caller.reason(), caller.remoteAddress(), caller.message());
        try {
            listener.refused(caller);
        } catch (RuntimeException e) {
            log.error("a listener of refused callers failed", e);
        }
    }

    private synchronized boolean isNew(Matter matter) {
        long now = clock.getAsLong();
        Long before = told.get(matter);
        if (before != null && now - before < PERIOD_NANOS) {
            return false;
        }
        told.remove(matter);
        told.put(matter, now);
        if (told.size() > MAX_REMEMBERED) {
            told.remove(told.keySet().iterator().next());
        }
        return true;
    }
}
