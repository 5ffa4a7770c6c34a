package dev.hashlb.crds.v1alpha1;

import static io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type.DATE;
import static io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type.INTEGER;
import static io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type.STRING;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A balancer. The same document, without status, is what {@code hashlb run} reads outside Kubernetes. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("hlb")
@Categories("all")
@AdditionalPrinterColumn(name = "Addresses", jsonPath = ".status.vips", type = STRING)
@AdditionalPrinterColumn(name = "Servers", jsonPath = ".status.servers", type = INTEGER)
@AdditionalPrinterColumn(name = "Programmed", jsonPath = ".status.nodes.summary", type = STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = DATE)
public final class HashLoadBalancer extends CustomResource<HashLoadBalancerSpec, HashLoadBalancerStatus>
        implements Namespaced {
    @Override
    protected @Nullable HashLoadBalancerSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable HashLoadBalancerStatus initStatus() {
        return null;
    }
}
