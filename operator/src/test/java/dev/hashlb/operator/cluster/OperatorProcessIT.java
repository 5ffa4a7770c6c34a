package dev.hashlb.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several operators, as they are run. */
class OperatorProcessIT {
    private static final Duration LONG = Duration.ofMinutes(3);

    private final List<RunningOperator> processes = new ArrayList<>();
    private ApiServer server;
    private Declarations declared;

    @BeforeEach
    void startApiServer() throws IOException, InterruptedException {
        assumeTrue(ApiServer.kit().isPresent(), "no API server: set " + ApiServer.KIT + ", see CONTRIBUTING.md");
        assumeTrue(RunningOperator.isBuilt(), "the operator is not built: run mvn package first");
        server = ApiServer.start();
        declared = new Declarations(server.admin(), "default");
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        for (RunningOperator process : processes) {
            process.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void standbyTakesOverFromAKilledLeader() throws IOException, InterruptedException {
        RunningOperator leader = start("a");
        declared.balancer("first", "198.51.100.10", "web", null);
        await().atMost(LONG).until(() -> isAccepted("first"));
        assertThat(holder()).isEqualTo("a");
        RunningOperator standby = start("b");
        await().atMost(LONG)
                .ignoreException(ConnectException.class)
                .until(() -> standby.probe("/readyz").statusCode() == 200);

        leader.signal("STOP");
        await("a leader that gets no time is waited for")
                .during(Candidacy.SILENT_AFTER.multipliedBy(2))
                .atMost(LONG)
                .until(() -> holder().equals("a"));
        leader.signal("CONT");

        leader.close();
        declared.balancer("second", "198.51.100.11", "web", null);
        await().atMost(LONG).until(() -> isAccepted("second"));
        assertThat(holder()).isEqualTo("b");
    }

    @Test
    void operatorThatStartsBeforeTheApiServerLetsItGoesOnTrying() throws IOException, InterruptedException {
        var binding = server.admin()
                .rbac()
                .clusterRoleBindings()
                .withName("hashlb-operator")
                .get();
        server.admin().rbac().clusterRoleBindings().resource(binding).delete();
        RunningOperator operator = start("a");
        declared.balancer("web", "198.51.100.10", "web", null);
        await().during(Duration.ofSeconds(5)).atMost(LONG).until(operator::isAlive);
        binding.getMetadata().setResourceVersion(null);
        server.admin().rbac().clusterRoleBindings().resource(binding).create();
        await().atMost(LONG).until(() -> isAccepted("web"));
    }

    @Test
    void whatTheInstallationForbidsIsRefusedThoughItIsAllowed() throws IOException {
        start("a");
        declared.balancer("web", "198.51.100.200", "web", null);
        await().atMost(LONG).until(() -> accepted("web").isPresent());
        assertThat(accepted("web")).hasValueSatisfying(condition -> {
            assertThat(condition.getReason()).isEqualTo("AddressForbidden");
            assertThat(condition.getMessage()).contains("198.51.100.128/25");
        });
    }

    private RunningOperator start(String name) throws IOException {
        RunningOperator operator = RunningOperator.start(server, name);
        processes.add(operator);
        return operator;
    }

    private String holder() {
        return server.admin()
                .leases()
                .inNamespace(ApiServer.NAMESPACE)
                .withName("hashlb-operator")
                .get()
                .getSpec()
                .getHolderIdentity();
    }

    private boolean isAccepted(String name) {
        return accepted(name)
                .filter(condition -> condition.getStatus().equals("True"))
                .isPresent();
    }

    private Optional<Condition> accepted(String name) {
        return Stream.ofNullable(declared.get(name).getStatus())
                .flatMap(status -> Stream.ofNullable(status.conditions()))
                .flatMap(List::stream)
                .filter(condition -> condition.getType().equals(HashLoadBalancerStatus.ACCEPTED))
                .findFirst();
    }
}
