package dev.hashlb.e2e.cluster;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The chart on the cluster: by Helm where the cluster is new enough for the chart, else rendered for a newer one and applied. */
sealed interface Release {
    String NAME = "hashlb";
    String NAMESPACE = "hashlb-system";
    Path CHART = Path.of("../charts/hashlb").toAbsolutePath().normalize();

    /** Installs it, or changes what is installed to these values. */
    void apply(Path values);

    void uninstall();

    static Release on(KubernetesClient client) {
        int minor = Integer.parseInt(client.getKubernetesVersion().getMinor().replaceAll("\\D.*", ""));
        return minor >= 29 ? new ByHelm(Environment.kubeconfig()) : new Rendered(client);
    }

    /** As a user does it. */
    record ByHelm(Path kubeconfig) implements Release {
        @Override
        public void apply(Path values) {
            new Helm(CHART)
                    .upgrade()
                    .install()
                    .withName(NAME)
                    .withNamespace(NAMESPACE)
                    .withKubeConfig(kubeconfig)
                    .withValuesFile(values)
                    .call();
        }

        @Override
        public void uninstall() {
            Helm.uninstall(NAME)
                    .withNamespace(NAMESPACE)
                    .withKubeConfig(kubeconfig)
                    .ignoreNotFound()
                    .call();
        }
    }

    /** What Helm would send, without its release and its hooks; CEL rules are left out, for a cluster that knows none. */
    final class Rendered implements Release {
        private static final String KUBERNETES = "1.29.0";
        private static final String NO_HOOK = "hashlb.dev/no-hook";

        private final KubernetesClient client;
        private List<HasMetadata> installed = List.of();

        Rendered(KubernetesClient client) {
            this.client = client;
        }

        @Override
        public void apply(Path values) {
            List<HasMetadata> objects = new ArrayList<>(crds());
            objects.addAll(render(CHART, values));
            objects.forEach(this::apply);
            installed.stream()
                    .filter(old -> objects.stream().noneMatch(now -> same(now, old)))
                    .forEach(old -> client.resource(old).delete());
            installed = objects;
        }

        @Override
        public void uninstall() {
            // As Helm does: all but the CRDs.
            installed.reversed().stream()
                    .filter(each -> !each.getKind().equals("CustomResourceDefinition"))
                    .forEach(each -> client.resource(each).delete());
            installed = List.of();
        }

        /** The hooks of {@code helm test}, in their order: of a copy of the chart where they are none, since Helm renders no hooks. */
        List<HasMetadata> tests(Path values) {
            Path copy = copyOfChart();
            try {
                Path file = copy.resolve("templates/tests/packet.yaml");
                Files.writeString(file, Files.readString(file).replace("\"helm.sh/hook\"", "\"" + NO_HOOK + "\""));
                return render(copy, values).stream()
                        .filter(each -> "test".equals(annotations(each).get(NO_HOOK)))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Map<String, String> annotations(HasMetadata object) {
            Map<String, String> annotations = object.getMetadata().getAnnotations();
            return annotations == null ? Map.of() : annotations;
        }

        private List<HasMetadata> render(Path chart, Path values) {
            return parse(new Helm(chart)
                    .template()
                    .withName(NAME)
                    .withNamespace(NAMESPACE)
                    .withKubeVersion(KUBERNETES)
                    .withValuesFile(values)
                    .skipCrds()
                    .call());
        }

        private static Path copyOfChart() {
            try (Stream<Path> files = Files.walk(CHART, FileVisitOption.FOLLOW_LINKS)) {
                Path copy = Files.createTempDirectory("hashlb-chart");
                for (Path file : files.toList()) {
                    Path to = copy.resolve(CHART.relativize(file).toString());
                    if (!Files.exists(to)) {
                        Files.copy(file, to);
                    }
                    to.toFile().deleteOnExit();
                }
                return copy;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private List<HasMetadata> crds() {
            try (Stream<Path> files = Files.list(CHART.resolve("crds"))) {
                List<HasMetadata> crds = new ArrayList<>();
                for (Path file : files.sorted().toList()) {
                    Map<?, ?> tree = Serialization.unmarshal(Files.readString(file), Map.class);
                    dropRules(tree);
                    crds.addAll(parse(Serialization.asYaml(tree)));
                }
                return crds;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void dropRules(Object tree) {
            if (tree instanceof Map<?, ?> map) {
                map.remove("x-kubernetes-validations");
                map.values().forEach(Rendered::dropRules);
            } else if (tree instanceof List<?> list) {
                list.forEach(Rendered::dropRules);
            }
        }

        private List<HasMetadata> parse(String yaml) {
            return client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                    .items();
        }

        /** Server-side, so that what the operator has filled in stays; the laboratory's stand-in for policy/v1 takes no such patches. */
        private void apply(HasMetadata object) {
            if (object.getApiVersion().startsWith("policy/")) {
                client.resource(object).createOr(NonDeletingOperation::update);
            } else {
                client.resource(object)
                        .patch(new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager("helm")
                                .withForce(true)
                                .build());
            }
        }

        private static boolean same(HasMetadata one, HasMetadata other) {
            return one.getKind().equals(other.getKind())
                    && one.getMetadata().getName().equals(other.getMetadata().getName());
        }
    }
}
