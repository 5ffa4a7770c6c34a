package dev.hashlb.operator.identity;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Secrets of the operator's own namespace. Needs get and update on those that it is asked for, and create where the chart has made none. */
public final class KubernetesSecrets implements SecretStore {
    private final KubernetesClient client;
    private final String namespace;

    public KubernetesSecrets(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    @Override
    public Optional<Stored> read(String name) {
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        if (secret == null) {
            return Optional.empty();
        }
        Map<String, String> data = new HashMap<>();
        if (secret.getData() != null) {
            secret.getData()
                    .forEach((key, value) ->
                            data.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
        }
        return Optional.of(new Stored(data, secret.getMetadata().getResourceVersion()));
    }

    @Override
    public boolean write(String name, Optional<Stored> expected, Map<String, String> data) {
        Map<String, String> encoded = new HashMap<>();
        data.forEach((key, value) ->
                encoded.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        try {
            if (expected.isEmpty()) {
                client.resource(new SecretBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .withNamespace(namespace)
                                .addToLabels("app.kubernetes.io/part-of", "hashlb")
                                .addToLabels("app.kubernetes.io/managed-by", "hashlb-operator")
                                .endMetadata()
                                .withType("Opaque")
                                .withData(encoded)
                                .build())
                        .create();
            } else {
                replace(name, expected.get(), encoded);
            }
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    private void replace(String name, Stored expected, Map<String, String> encoded) {
        Secret current = client.secrets().inNamespace(namespace).withName(name).require();
        // Labels and owners are others' matter and stay; the version makes the API server refuse what is not what was
        // read.
        current.getMetadata().setResourceVersion(expected.resourceVersion());
        current.getMetadata().setManagedFields(null);
        current.setData(encoded);
        client.resource(current).lockResourceVersion(expected.resourceVersion()).update();
    }
}
