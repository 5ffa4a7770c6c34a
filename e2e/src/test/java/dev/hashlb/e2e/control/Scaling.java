package dev.hashlb.e2e.control;

import dev.hashlb.e2e.lab.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Scales by chance: pods come, one or two at a time, and go, first as terminating, and with the next step altogether. */
final class Scaling {
    private static final int LEAST_SERVING = 2;

    private final WebEndpoints endpoints;
    private final List<Pod> free;
    private final List<Pod> serving = new ArrayList<>();
    private final List<Pod> leaving = new ArrayList<>();
    private final SplittableRandom random;

    Scaling(WebEndpoints endpoints, List<Pod> pods, long seed) {
        this.endpoints = endpoints;
        this.free = new ArrayList<>(pods);
        this.random = new SplittableRandom(seed);
        System.out.println("scale events are made from seed " + seed);
    }

    /** One event. */
    void step() {
        leaving.forEach(endpoints::remove);
        free.addAll(leaving);
        leaving.clear();
        boolean up = serving.size() <= LEAST_SERVING + 1 || (!free.isEmpty() && random.nextBoolean());
        for (int i = random.nextInt(1, 3); i > 0; i--) {
            if (up && !free.isEmpty()) {
                Pod pod = free.remove(random.nextInt(free.size()));
                endpoints.create(pod).ready(pod);
                serving.add(pod);
            } else if (!up && serving.size() > LEAST_SERVING) {
                Pod pod = serving.remove(random.nextInt(serving.size()));
                endpoints.terminating(pod);
                leaving.add(pod);
            }
        }
        endpoints.write();
    }

    /** The last event: those that are leaving are gone. */
    void settle() {
        leaving.forEach(endpoints::remove);
        leaving.clear();
        endpoints.write();
    }
}
