package dev.hashlb.operator.monitoring;

import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may read the metrics, as the API server says: whose token it is by a TokenReview, and whether that one may {@code get} the path by a
 * SubjectAccessReview. Nothing is remembered: a scrape comes a few times a minute. Safe for any thread.
 */
public final class ScrapeRights implements AutoCloseable {
    /** The API server's word. */
    public enum Verdict {
        ALLOWED,
        /** The token is nobody's, or has expired. */
        UNKNOWN_TOKEN,
        /** Somebody's, who may not. */
        FORBIDDEN,
        /** Not known now: it could not be asked, or others ask already. */
        UNKNOWN
    }

    private static final Logger log = LoggerFactory.getLogger(ScrapeRights.class);

    /** Strangers, who can send tokens as they like, cannot make more questions of them. */
    private static final int QUESTIONS_AT_ONCE = 4;

    private final KubernetesClient client;
    private final String path;
    private final Semaphore questions = new Semaphore(QUESTIONS_AT_ONCE);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** @param path as a role's {@code nonResourceURLs} name it */
    public ScrapeRights(KubernetesClient client, String path) {
        this.client = client;
        this.path = path;
    }

    /** Whether the bearer of a token may read; never fails. */
    public CompletionStage<Verdict> check(String token) {
        if (!questions.tryAcquire()) {
            return CompletableFuture.completedFuture(Verdict.UNKNOWN);
        }
        return CompletableFuture.supplyAsync(() -> ask(token), threads).whenComplete((v, e) -> questions.release());
    }

    private Verdict ask(String token) {
        try {
            TokenReviewStatus status = client.resource(new TokenReviewBuilder()
                            .withNewSpec()
                            .withToken(token)
                            .endSpec()
                            .build())
                    .create()
                    .getStatus();
            if (status == null || !Boolean.TRUE.equals(status.getAuthenticated()) || status.getUser() == null) {
                return Verdict.UNKNOWN_TOKEN;
            }
            return mayRead(status.getUser()) ? Verdict.ALLOWED : Verdict.FORBIDDEN;
        } catch (KubernetesClientException e) {
            log.warn("the API server could not be asked who may read the metrics: {}", e.getMessage());
            return Verdict.UNKNOWN;
        }
    }

    private boolean mayRead(UserInfo user) {
        SubjectAccessReview review = client.resource(new SubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withUser(user.getUsername())
                        .withUid(user.getUid())
                        .withGroups(user.getGroups())
                        .withExtra(user.getExtra())
                        .withNewNonResourceAttributes()
                        .withPath(path)
                        .withVerb("get")
                        .endNonResourceAttributes()
                        .endSpec()
                        .build())
                .create();
        return review.getStatus() != null
                && Boolean.TRUE.equals(review.getStatus().getAllowed());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
