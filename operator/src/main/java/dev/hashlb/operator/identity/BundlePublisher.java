package dev.hashlb.operator.identity;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps {@code ca.crt} of a ConfigMap, which data planes mount, the list of trusted authorities. Blocks. */
final class BundlePublisher {
    static final String KEY = "ca.crt";

    private final KubernetesClient client;
    private final String namespace;
    private final String name;

    BundlePublisher(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
    }

    /** Writes it if it says something else, also after somebody has changed it. */
    void publish(List<X509Certificate> trusted) {
        String text = Pem.certificates(trusted);
        ConfigMap current =
                client.configMaps().inNamespace(namespace).withName(name).get();
        try {
            if (current == null) {
                client.resource(new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .withNamespace(namespace)
                                .addToLabels("app.kubernetes.io/part-of", "hashlb")
                                .addToLabels("app.kubernetes.io/managed-by", "hashlb-operator")
                                .endMetadata()
                                .addToData(KEY, text)
                                .build())
                        .create();
            } else if (current.getData() == null
                    || !text.equals(current.getData().get(KEY))) {
                Map<String, String> data = new HashMap<>();
                if (current.getData() != null) {
                    data.putAll(current.getData());
                }
                data.put(KEY, text);
                current.setData(data);
                client.resource(current)
                        .lockResourceVersion(current.getMetadata().getResourceVersion())
                        .update();
            }
        } catch (KubernetesClientException e) {
            // Another replica writes the same text; if not, the next look finds it.
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }
}
