package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Does the same to many namespaces: a few at a time, and with one write of the journal for many, since each writes
 * all of it.
 */
final class PodBatch implements AutoCloseable {
    private static final int MOST_AT_ONCE = 64;
    private static final int WORKERS = 4;
    private static final Duration FOREVER = Duration.ofDays(365);

    private final Journal journal;
    private final ThreadPoolExecutor workers;

    /** Told of each namespace, on the calling thread. */
    interface Outcome {
        void ready(PodAttachments.Pod pod, Attachment attachment);

        void failed(PodAttachments.Pod pod, String reason);
    }

    /** The workers live in the calling thread's network namespace. */
    PodBatch(Journal journal) {
        this.journal = journal;
        workers = new ThreadPoolExecutor(
                WORKERS,
                WORKERS,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("hashlb-pod-worker-", 0).daemon().factory());
        workers.prestartAllCoreThreads();
    }

    void apply(List<PodAttachments.Pod> pods, Outcome outcome) throws IOException {
        for (int start = 0; start < pods.size(); start += MOST_AT_ONCE) {
            applySome(pods.subList(start, Math.min(pods.size(), start + MOST_AT_ONCE)), outcome);
        }
    }

    /** Undoes what was done to namespaces, and closes their devices. */
    void undo(List<PodSetup> setups, Predicate<Link> hostSideInUse) throws IOException {
        List<Future<List<JournalEntry>>> results = new ArrayList<>();
        for (PodSetup setup : setups) {
            results.add(workers.submit(() -> {
                try {
                    return setup.undo(hostSideInUse);
                } finally {
                    setup.closeTun();
                }
            }));
        }
        Undo all = new Undo();
        List<JournalEntry> done = new ArrayList<>();
        for (Future<List<JournalEntry>> result : results) {
            all.run(() -> done.addAll(await(result)));
        }
        journal.forget(done);
        all.throwFirst();
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }

    private void applySome(List<PodAttachments.Pod> pods, Outcome outcome) throws IOException {
        List<PodSurvey> surveys = survey(pods, outcome);
        List<JournalEntry> entries = new ArrayList<>();
        List<JournalEntry> outdated = new ArrayList<>();
        for (PodSurvey survey : surveys) {
            if (survey != null) {
                entries.addAll(survey.entries());
                outdated.addAll(PodSetup.outdated(journal, survey.place()));
            }
        }
        journal.forget(outdated);
        journal.record(entries);
        List<@Nullable Future<Attachment>> results = new ArrayList<>();
        for (int i = 0; i < pods.size(); i++) {
            PodAttachments.Pod pod = pods.get(i);
            PodSurvey survey = surveys.get(i);
            results.add(survey == null ? null : workers.submit(() -> pod.setup.apply(pod.plan, survey)));
        }
        for (int i = 0; i < pods.size(); i++) {
            Future<Attachment> result = results.get(i);
            if (result != null) {
                report(pods.get(i), result, outcome);
            }
        }
    }

    /** A survey for each namespace; null for those that have been reported as failed. */
    private List<@Nullable PodSurvey> survey(List<PodAttachments.Pod> pods, Outcome outcome) {
        List<@Nullable Future<PodSurvey>> results = new ArrayList<>();
        for (PodAttachments.Pod pod : pods) {
            boolean there = Files.exists(Path.of(pod.path()));
            results.add(there ? workers.submit(() -> pod.setup.survey(pod.plan)) : null);
        }
        List<@Nullable PodSurvey> surveys = new ArrayList<>();
        for (int i = 0; i < pods.size(); i++) {
            Future<PodSurvey> result = results.get(i);
            PodSurvey survey = null;
            try {
                if (result == null) {
                    outcome.failed(pods.get(i), "there is no such file yet");
                } else {
                    survey = await(result);
                }
            } catch (IOException | IllegalStateException e) {
                outcome.failed(pods.get(i), String.valueOf(e.getMessage()));
            }
            surveys.add(survey);
        }
        return surveys;
    }

    private static void report(PodAttachments.Pod pod, Future<Attachment> result, Outcome outcome) {
        Attachment attachment;
        try {
            attachment = await(result);
        } catch (IOException | IllegalStateException e) {
            outcome.failed(pod, String.valueOf(e.getMessage()));
            return;
        }
        outcome.ready(pod, attachment);
    }

    /** The task's result, or what it threw. */
    static <T> T await(Future<T> result) throws IOException {
        await(result, FOREVER);
        return result.resultNow();
    }

    /**
     * Waits for a task.
     *
     * @return whether it has ended
     * @throws IOException if the task threw it
     */
    static boolean await(Future<?> result, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    result.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    return false;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("unexpected failure: " + e.getCause(), e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
