package dev.hashlb.e2e.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.HashlbProcess;
import dev.hashlb.e2e.suite.Client;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Whether real connections land where {@code hashlb trace --state} says, asked of one node's state folder.
 *
 * @param podOf the lab's pod of a server's name
 */
record Landing(Path state, UnaryOperator<String> podOf) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Asks over TCP and UDP from the same ends; returns the pods that answered, all of them where trace says. */
    Set<String> check(Client client, List<Ends> flows) throws IOException {
        List<String> text = new ArrayList<>();
        flows.forEach(ends -> text.add(text("TCP", ends)));
        flows.forEach(ends -> text.add(text("UDP", ends)));
        List<String> foretold = foretold(text);
        List<String> real = new ArrayList<>();
        for (Ends ends : flows) {
            real.add(client.askTcp(ends).pod());
        }
        for (Ends ends : flows) {
            real.add(client.askUdp(ends, "who").pod());
        }
        assertThat(real).as("%s", text).isEqualTo(foretold);
        return new TreeSet<>(real);
    }

    /** The pods of the servers that take flows, each written as {@code trace} reads it. */
    private List<String> foretold(List<String> flows) throws IOException {
        String output = Command.run(
                flows.stream().map(f -> f + "\n").collect(Collectors.joining()),
                HashlbProcess.command(List.of("trace", "--state", state.toString(), "--json", "-")));
        List<String> servers = new ArrayList<>();
        for (String line : output.lines().toList()) {
            JsonNode answer = JSON.readTree(line);
            JsonNode server = answer.path("server");
            servers.add(server.isMissingNode() ? "nobody: " + line : podOf.apply(server.asText()));
        }
        return servers;
    }

    private static String text(String protocol, Ends ends) {
        return protocol + " " + text(ends.source()) + " " + text(ends.destination());
    }

    private static String text(InetSocketAddress end) {
        String address = end.getAddress().getHostAddress();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + end.getPort();
    }
}
