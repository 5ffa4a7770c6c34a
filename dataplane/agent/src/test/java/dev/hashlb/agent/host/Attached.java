package dev.hashlb.agent.host;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;

/** What a change of servers comes to in the end. */
final class Attached {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Attached() {}

    /** Makes these namespaces ready and puts the others back; returns when both was tried once. */
    static void only(PodAttachments attachments, Collection<PodPlan> plans) throws IOException {
        attachments.attach(plans, PATIENCE);
        attachments.detachOthers();
        attachments.attach(plans, PATIENCE); // after it, as all is done by one thread
    }
}
