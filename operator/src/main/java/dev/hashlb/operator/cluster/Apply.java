package dev.hashlb.operator.cluster;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** Server-side apply, by which the operator owns the fields that it writes, whoever wrote them before. */
final class Apply {
    /** Of whole objects. */
    static final PatchContext OBJECT = as("hashlb-operator");
    /** Of statuses, so that writing one takes no other field away. */
    static final PatchContext STATUS = as("hashlb-operator-status");

    private Apply() {}

    private static PatchContext as(String fieldManager) {
        return new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(fieldManager)
                .withForce(true)
                .build();
    }
}
