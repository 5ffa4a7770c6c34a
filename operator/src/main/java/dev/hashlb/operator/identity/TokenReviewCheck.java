package dev.hashlb.operator.identity;

import dev.hashlb.operator.push.RefusalReason;
import dev.hashlb.operator.push.TokenCheck;
import dev.hashlb.operator.push.TokenVerdict;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the API server (TokenReview) whose a token is, and on which node its pod runs. Needs create on tokenreviews and, for API
 * servers that do not name the node themselves (before Kubernetes 1.32), get on pods in the data planes' namespace.
 */
public final class TokenReviewCheck implements TokenCheck, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TokenReviewCheck.class);

    /** The audience of data planes' tokens: a token for anything else is worth nothing here. */
    public static final String AUDIENCE = "hashlb-operator";

    private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";
    private static final String NODE_NAME = "authentication.kubernetes.io/node-name";

    /** Questions to the API server at once: a thousand nodes that dial anew must not shut others out. */
    private static final int MAX_QUESTIONS = 16;

    private final KubernetesClient client;
    private final String namespace;
    private final String account;
    private final VerdictCache cache = new VerdictCache(System::nanoTime);
    private final Semaphore questions = new Semaphore(MAX_QUESTIONS);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Checks tokens of one service account.
     *
     * @param namespace of the data planes
     * @param serviceAccount the data planes'
     */
    public TokenReviewCheck(KubernetesClient client, String namespace, String serviceAccount) {
        this.client = client;
        this.namespace = namespace;
        this.account = "system:serviceaccount:" + namespace + ":" + serviceAccount;
    }

    @Override
    public CompletionStage<TokenVerdict> check(String token) {
        return cache.get(token)
                .<CompletionStage<TokenVerdict>>map(CompletableFuture::completedStage)
                .orElseGet(() -> CompletableFuture.supplyAsync(() -> ask(token), threads));
    }

    private TokenVerdict ask(String token) {
        questions.acquireUninterruptibly();
        try {
            TokenVerdict verdict = judge(review(token));
            cache.put(token, verdict);
            return verdict;
        } catch (KubernetesClientException e) {
            log.warn("a token could not be checked: {}", e.getMessage());
            return new TokenVerdict.Unknown("the API server could not be asked about the token; try again later");
        } catch (RuntimeException e) {
            log.error("a token could not be checked", e);
            return new TokenVerdict.Unknown("the token could not be checked; see the operator's log");
        } finally {
            questions.release();
        }
    }

    private TokenReviewStatus review(String token) {
        TokenReview answer = client.resource(new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(token)
                        .withAudiences(AUDIENCE)
                        .endSpec()
                        .build())
                .create();
        return answer.getStatus() == null ? new TokenReviewStatus() : answer.getStatus();
    }

    private TokenVerdict judge(TokenReviewStatus status) {
        if (!Boolean.TRUE.equals(status.getAuthenticated())
                || status.getUser() == null
                // An API server that knows no audiences leaves them out: its word is worth nothing here.
                || status.getAudiences() == null
                || !status.getAudiences().contains(AUDIENCE)) {
            return new TokenVerdict.Rejected(
                    RefusalReason.BAD_TOKEN,
                    Optional.empty(),
                    "the token is not valid for audience " + AUDIENCE
                            + ": it has expired, its pod is gone, or it is another's; expected is the token that"
                            + " the kubelet projects into the data plane's pod");
        }
        UserInfo user = status.getUser();
        Optional<String> name = Optional.ofNullable(user.getUsername());
        if (!name.equals(Optional.of(account))) {
            return new TokenVerdict.Rejected(
                    RefusalReason.WRONG_ACCOUNT,
                    name,
                    "the token is of " + name.orElse("nobody") + ", expected " + account);
        }
        Map<String, List<String>> extra = user.getExtra() == null ? Map.of() : user.getExtra();
        Optional<String> pod = only(extra, POD_NAME);
        Optional<String> uid = only(extra, POD_UID);
        if (pod.isEmpty() || uid.isEmpty()) {
            return notBound("the token is not bound to a pod; expected is a projected token, not a Secret's");
        }
        Optional<String> node = only(extra, NODE_NAME).or(() -> nodeOf(pod.get(), uid.get()));
        return node.filter(NodeName::isValid)
                .<TokenVerdict>map(n -> new TokenVerdict.Accepted(n, namespace + "/" + pod.get()))
                .orElseGet(() -> notBound("pod " + namespace + "/" + pod.get() + " with uid " + uid.get()
                        + ", to which the token is bound, does not run on any node"));
    }

    /** The node on which this very pod was placed. Only the scheduler can write that, and only once. */
    private Optional<String> nodeOf(String name, String uid) {
        Pod pod = client.pods().inNamespace(namespace).withName(name).get();
        return pod != null && uid.equals(pod.getMetadata().getUid())
                ? Optional.ofNullable(pod.getSpec().getNodeName()).filter(n -> !n.isEmpty())
                : Optional.empty();
    }

    private TokenVerdict notBound(String message) {
        return new TokenVerdict.Rejected(RefusalReason.NOT_BOUND, Optional.of(account), message);
    }

    private static Optional<String> only(Map<String, List<String>> extra, String key) {
        List<String> values = extra.get(key);
        return values != null && values.size() == 1 ? Optional.ofNullable(values.getFirst()) : Optional.empty();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
