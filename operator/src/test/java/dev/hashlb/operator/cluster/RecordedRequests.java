package dev.hashlb.operator.cluster;

import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a client asked of the API server, as its authorizer sees it. Safe for any thread. */
final class RecordedRequests implements Interceptor {
    /** Requests by what they need; equal ones once. */
    final Set<ResourceAttributes> needed = ConcurrentHashMap.newKeySet();

    /** Those that were refused, for a person. */
    final Set<String> forbidden = ConcurrentHashMap.newKeySet();

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        record(request, verb(request));
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (response.code() == HttpURLConnection.HTTP_FORBIDDEN) {
            forbidden.add(request.method() + " " + request.uri());
        }
        if (request.method().equals("PATCH") && response.code() == HttpURLConnection.HTTP_CREATED) {
            // Server-side apply of something new is asked about twice.
            record(request, "create");
        }
    }

    private static String verb(HttpRequest request) {
        return switch (request.method()) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> {
                String query = request.uri().getQuery();
                boolean named = query != null && query.contains("metadata.name");
                yield query != null && query.contains("watch=true")
                        ? "watch"
                        : path(request.uri()).name().isEmpty() || named ? "list" : "get";
            }
        };
    }

    private void record(HttpRequest request, String verb) {
        Path path = path(request.uri());
        if (!path.resource().isEmpty()) {
            needed.add(new ResourceAttributesBuilder()
                    .withVerb(verb)
                    .withGroup(path.group())
                    .withResource(path.resource())
                    .withSubresource(path.subresource())
                    .withNamespace(path.namespace())
                    .withName(path.name())
                    .build());
        }
    }

    private record Path(String group, String namespace, String resource, String name, String subresource) {}

    /** {@code /api/v1/…} or {@code /apis/GROUP/VERSION/…}, then perhaps {@code namespaces/NAMESPACE}, then the resource. */
    private static Path path(URI uri) {
        List<String> parts = List.of(uri.getPath().substring(1).split("/"));
        boolean core = parts.getFirst().equals("api");
        String group = core || parts.size() < 2 ? "" : parts.get(1);
        List<String> rest = parts.subList(Math.min(core ? 2 : 3, parts.size()), parts.size());
        String namespace = "";
        if (rest.size() > 2 && rest.getFirst().equals("namespaces")) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        return new Path(group, namespace, at(rest, 0), at(rest, 1), at(rest, 2));
    }

    private static String at(List<String> parts, int index) {
        return index < parts.size() ? parts.get(index) : "";
    }
}
