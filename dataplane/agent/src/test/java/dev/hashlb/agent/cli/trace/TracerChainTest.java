package dev.hashlb.agent.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.config.DeclarationText;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What {@code trace} says of the flow whose owners docs/calculation.md computes. */
class TracerChainTest {
    private static final String FLOW = "TCP 192.0.2.7:40000 198.51.100.10:80";
    private static final String YAML = """
            apiVersion: hashlb.dev/v1alpha1
            kind: HashLoadBalancer
            metadata: {name: web, namespace: default}
            spec:
              addresses: ["198.51.100.10"]
              ports: [{protocol: TCP, port: 80}]
              serviceName: web
            ---
            apiVersion: hashlb.dev/v1alpha1
            kind: StaticServers
            metadata: {name: web, namespace: default}
            servers:
              - {name: web-0, node: s1, netns: web-0, joined: 1}
              - {name: web-1, node: s1, netns: web-1, joined: 2, left: 4}
              - {name: web-2, node: s1, netns: web-2, joined: 1}
            ---
            apiVersion: hashlb.dev/v1alpha1
            kind: StaticNodes
            nodes: [{name: s1, address: 10.9.0.11}]
            """;

    @Test
    void chainHasEachServersIntervalAndWhyItIsThere() {
        assertThat(AnswerText.explanation(answer(OptionalLong.empty())))
                .contains(
                        "  chain       1. web-2 on node s1, weight 1, joined 1: the owner",
                        "              2. web-1 on node s1, weight 1, joined 2, left 4: its connections stay; "
                                + "highest of those that live until generation 3");
    }

    @Test
    void earlierGenerationHasTheChainOfItsTime() {
        assertThat(AnswerText.explanation(answer(OptionalLong.of(1))))
                .contains(
                        "  chain       1. web-2 on node s1, weight 1, joined 1: the owner",
                        "              no other server that lives has owned this bucket: packets are delivered unasked");
        assertThat(AnswerJson.line(answer(OptionalLong.of(3))))
                .contains("\"chain\":[{\"server\":\"web-1\",\"node\":\"s1\",\"wireId\":\"3e235171\",\"weight\":1,"
                        + "\"joined\":2,\"left\":4,\"newestOwned\":3},{\"server\":\"web-2\"")
                .contains("\"newestOwned\":1}]");
    }

    @Test
    void whereAllDrainItTellsOfOpenConnectionsToo() {
        Answer answer = answer(YAML.replace("joined: 1}", "joined: 1, left: 5}"), OptionalLong.empty());
        assertThat(AnswerText.explanation(answer).toString())
                .contains("no server that takes new flows, and those that drain keep their connections", "reset");
    }

    private static Answer answer(OptionalLong generation) {
        return answer(YAML, generation);
    }

    private static Answer answer(String yaml, OptionalLong generation) {
        Snapshot snapshot = DeclarationText.check(yaml, Snapshot.EMPTY, List.of())
                .snapshot()
                .orElseThrow();
        return new Tracer(snapshot, generation).answer(FLOW);
    }
}
