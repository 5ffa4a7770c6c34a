package dev.hashlb.crds.v1alpha1;

import static io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type.DATE;
import static io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type.INTEGER;
import static io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type.STRING;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** What the operator knows of one node's data plane; named as the node. Written by the operator only, so it has no spec. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@AdditionalPrinterColumn(name = "Engine", jsonPath = ".status.engine", type = STRING)
@AdditionalPrinterColumn(name = "Version", jsonPath = ".status.version", type = STRING)
@AdditionalPrinterColumn(name = "Snapshot", jsonPath = ".status.snapshotVersion", type = INTEGER)
@AdditionalPrinterColumn(name = "Error", jsonPath = ".status.lastError.message", type = STRING, priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = DATE)
public final class HashNode extends CustomResource<Void, HashNodeStatus> {
    @Override
    protected @Nullable Void initSpec() {
        return null;
    }

    @Override
    protected @Nullable HashNodeStatus initStatus() {
        return null;
    }
}
