package dev.hashlb.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.operator.identity.Authorities.Lifetimes;
import dev.hashlb.operator.identity.SecretStore.Stored;
import dev.hashlb.operator.push.RefusalReason;
import dev.hashlb.operator.push.TokenVerdict;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Tokens, Secrets and the ConfigMap against a real API server, started by the programs {@code up DIR} and {@code down --rm DIR} of the
 * folder that {@code HASHLB_ENVTEST} names, from the repository's root.
 */
@EnabledIfEnvironmentVariable(named = "HASHLB_ENVTEST", matches = ".+")
class TokenReviewIT {
    private static final String NAMESPACE = "push-" + ProcessHandle.current().pid();
    private static final String ACCOUNT = "hashlb-dataplane";
    private static KubernetesClient client;
    private static TokenReviewCheck check;

    private static final Path KIT = Path.of("..")
            .toAbsolutePath()
            .resolve(System.getenv().getOrDefault("HASHLB_ENVTEST", ""))
            .normalize();
    private static Path folder;

    private static void run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(KIT.resolve(program).toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES))
                .as("%s has ended", command)
                .isTrue();
        assertThat(process.exitValue()).as("status of %s", command).isZero();
    }

    @BeforeAll
    static void prepare() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("hashlb-push-it");
        run("up", folder.toString());
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(folder.resolve("kubeconfig").toFile()))
                .build();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        for (String account : List.of(ACCOUNT, "default")) {
            client.resource(new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withName(account)
                            .withNamespace(NAMESPACE)
                            .endMetadata()
                            .build())
                    // On a full cluster the controller may have been faster.
                    .serverSideApply();
        }
        check = new TokenReviewCheck(client, NAMESPACE, ACCOUNT);
    }

    @AfterAll
    static void clean() throws IOException, InterruptedException {
        if (client != null) {
            client.close();
        }
        if (check != null) {
            check.close();
        }
        run("down", "--rm", folder.toString());
    }

    private static Pod pod(String name, String account, String node) {
        return client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withNewSpec()
                        .withServiceAccountName(account)
                        .withAutomountServiceAccountToken(false)
                        .withNodeName(node.isEmpty() ? null : node)
                        .addNewContainer()
                        .withName("c")
                        .withImage("none")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    private static String token(String account, String audience, Optional<Pod> pod) {
        TokenRequestBuilder request = new TokenRequestBuilder()
                .withNewMetadata()
                .endMetadata()
                .withNewSpec()
                .withAudiences(audience)
                .withExpirationSeconds(3600L)
                .endSpec();
        pod.ifPresent(p -> request.editSpec()
                .withNewBoundObjectRef()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(p.getMetadata().getName())
                .withUid(p.getMetadata().getUid())
                .endBoundObjectRef()
                .endSpec());
        TokenRequest answer = client.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(account)
                .tokenRequest(request.build());
        return answer.getStatus().getToken();
    }

    private static TokenVerdict verdict(String token) {
        return check.check(token).toCompletableFuture().join();
    }

    private static void assertRejected(TokenVerdict verdict, RefusalReason reason) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        TokenVerdict.Rejected.class, r -> assertThat(r.reason()).isEqualTo(reason));
    }

    @Test
    void aBoundTokenProvesTheNodeOfItsPod() {
        Pod pod = pod("bound", ACCOUNT, "node-7");
        String token = token(ACCOUNT, TokenReviewCheck.AUDIENCE, Optional.of(pod));
        assertThat(verdict(token)).isEqualTo(new TokenVerdict.Accepted("node-7", NAMESPACE + "/bound"));
    }

    @Test
    void whateverElseIsRefused() {
        Pod pod = pod("others", ACCOUNT, "node-7");
        assertRejected(verdict(token(ACCOUNT, "somebody-else", Optional.of(pod))), RefusalReason.BAD_TOKEN);
        assertRejected(verdict("rubbish"), RefusalReason.BAD_TOKEN);
        String good = token(ACCOUNT, TokenReviewCheck.AUDIENCE, Optional.of(pod));
        char last = good.charAt(good.length() - 2);
        assertRejected(
                verdict(good.substring(0, good.length() - 2)
                        + (last == 'A' ? 'B' : 'A')
                        + good.charAt(good.length() - 1)),
                RefusalReason.BAD_TOKEN);
        assertRejected(verdict(token(ACCOUNT, TokenReviewCheck.AUDIENCE, Optional.empty())), RefusalReason.NOT_BOUND);
        Pod foreign = pod("foreign", "default", "node-7");
        assertRejected(
                verdict(token("default", TokenReviewCheck.AUDIENCE, Optional.of(foreign))),
                RefusalReason.WRONG_ACCOUNT);
        Pod nowhere = pod("nowhere", ACCOUNT, "");
        assertRejected(
                verdict(token(ACCOUNT, TokenReviewCheck.AUDIENCE, Optional.of(nowhere))), RefusalReason.NOT_BOUND);
    }

    @Test
    void theTokenOfADeletedPodIsRefusedEvenIfAnotherHasItsName() {
        Pod pod = pod("twin", ACCOUNT, "node-7");
        String token = token(ACCOUNT, TokenReviewCheck.AUDIENCE, Optional.of(pod));
        client.resource(pod).withGracePeriod(0).delete();
        pod("twin", ACCOUNT, "node-8");
        assertThat(verdict(token)).isInstanceOf(TokenVerdict.Rejected.class);
    }

    @Test
    void anApiServerThatIsAwayMeansUnknown() {
        try (KubernetesClient away = new KubernetesClientBuilder()
                        .withConfig(new io.fabric8.kubernetes.client.ConfigBuilder()
                                .withMasterUrl("https://127.0.0.1:1")
                                .withRequestRetryBackoffLimit(0)
                                .build())
                        .build();
                TokenReviewCheck other = new TokenReviewCheck(away, NAMESPACE, ACCOUNT)) {
            assertThat(other.check("any").toCompletableFuture().join()).isInstanceOf(TokenVerdict.Unknown.class);
        }
    }

    @Test
    void secretsAreReplacedOnlyAsTheyWereRead() {
        SecretStore secrets = new KubernetesSecrets(client, NAMESPACE);
        assertThat(secrets.read("one")).isEmpty();
        assertThat(secrets.write("one", Optional.empty(), Map.of("a", "1"))).isTrue();
        assertThat(secrets.write("one", Optional.empty(), Map.of("a", "2"))).isFalse();
        Stored read = secrets.read("one").orElseThrow();
        assertThat(read.data()).containsExactlyEntriesOf(Map.of("a", "1"));
        assertThat(secrets.write("one", Optional.of(read), Map.of("b", "2"))).isTrue();
        assertThat(secrets.write("one", Optional.of(read), Map.of("c", "3"))).isFalse();
        assertThat(secrets.read("one").orElseThrow().data()).containsExactlyEntriesOf(Map.of("b", "2"));
    }

    @Test
    void authoritiesAndVersionsAreKept() {
        SecretStore secrets = new KubernetesSecrets(client, NAMESPACE);
        Instant now = Instant.now();
        Authorities made = new SecretAuthorities(secrets, "hashlb-ca", Lifetimes.DEFAULT).refresh(now);
        assertThat(new SecretAuthorities(secrets, "hashlb-ca", Lifetimes.DEFAULT).refresh(now))
                .isEqualTo(made);
        long first = new StoredVersions(secrets, "state").reserve(1, 100);
        assertThat(new StoredVersions(secrets, "state").reserve(1, 100)).isEqualTo(first + 100);

        BundlePublisher bundle = new BundlePublisher(client, NAMESPACE, "hashlb-ca");
        bundle.publish(made.trusted());
        client.configMaps().inNamespace(NAMESPACE).withName("hashlb-ca").edit(map -> {
            map.getData().put("ca.crt", "somebody's");
            return map;
        });
        bundle.publish(made.trusted());
        assertThat(Pem.certificates(client.configMaps()
                        .inNamespace(NAMESPACE)
                        .withName("hashlb-ca")
                        .get()
                        .getData()
                        .get("ca.crt")))
                .isEqualTo(made.trusted());
    }
}
