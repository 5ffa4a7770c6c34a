package dev.hashlb.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.cluster.Ask.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where flows of this machine to a VIP landed.
 *
 * @param answers one of each flow
 */
record Landing(Web web, String protocol, String vip, int port, List<Answer> answers) {
    /** Asks so many times, each over a flow of its own. */
    static Landing of(Web web, String protocol, String vip, int port, int flows) throws IOException {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < flows; i++) {
            answers.add(protocol.equals("TCP") ? Ask.tcp(0, vip, port) : Ask.udp(0, vip, port));
        }
        return new Landing(web, protocol, vip, port, List.copyOf(answers));
    }

    /** Each at the server that {@code hashlb trace} names for it, none of the servers idle, and with the client's address. */
    void assertAsTracedFrom(String client) {
        List<String> flows = answers.stream()
                .map(each -> Web.flow(protocol, client, each.clientPort(), vip, port))
                .toList();
        assertThat(answers.stream().map(Answer::server)).as(vip).containsExactlyElementsOf(web.trace(flows));
        assertThat(answers.stream().map(Answer::client).distinct()).as(vip).containsExactly(client);
        assertThat(answers.stream().map(Answer::server).collect(Collectors.toSet()))
                .as(vip)
                .isEqualTo(web.pods().stream()
                        .map(pod -> pod.getMetadata().getName())
                        .collect(Collectors.toSet()));
    }
}
