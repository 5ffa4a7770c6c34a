package dev.hashlb.operator;

import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.operator.cluster.DataPlanes;
import dev.hashlb.operator.identity.PushService;

/** The push as whoever plans sees it. */
public record ServedDataPlanes(PushService push) implements DataPlanes {
    @Override
    public void lead() {
        push.lead();
    }

    @Override
    public void resign() {
        push.resign();
    }

    @Override
    public long publish(Snapshot snapshot) {
        return push.publish(snapshot);
    }
}
