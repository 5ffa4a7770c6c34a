package dev.hashlb.e2e.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** Some threads that do the same at the same time. */
final class Crew {
    private Crew() {}

    /**
     * Runs a task once on each of some threads, and returns when all have ended.
     *
     * @throws java.util.concurrent.CompletionException with what the first of them threw that failed
     */
    static void run(int threads, IntConsumer task) {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            running.add(CompletableFuture.runAsync(
                    () -> task.accept(number),
                    command ->
                            Thread.ofPlatform().daemon().name("load-" + number).start(command)));
        }
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    }
}
