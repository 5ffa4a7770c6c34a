package dev.hashlb.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.HashlbProcess;
import dev.hashlb.e2e.lab.LabException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code hashlb trace} says about flows, asked as a person would: the command, the file, one flow a line. */
final class Foretold {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Foretold() {}

    /**
     * Who takes a flow.
     *
     * @param server the server's name
     * @param router the router's, empty where the network and not the calculation chooses it
     */
    record Taker(String server, String router) {}

    static Map<Flow, Taker> of(List<Flow> flows, Path file) throws IOException {
        String input = flows.stream().map(flow -> flow.text() + "\n").collect(Collectors.joining());
        String output =
                Command.run(input, HashlbProcess.command(List.of("trace", "-f", file.toString(), "--json", "-")));
        List<String> lines = output.lines().toList();
        if (lines.size() != flows.size()) {
            throw new LabException("trace answered " + flows.size() + " flows with " + lines.size() + " lines");
        }
        Map<Flow, Taker> takers = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            JsonNode answer = JSON.readTree(lines.get(i));
            if (!answer.path("server").isTextual()) {
                throw new LabException(
                        "trace finds no server for " + flows.get(i).text() + ": " + lines.get(i));
            }
            takers.put(
                    flows.get(i),
                    new Taker(
                            answer.path("server").asText(),
                            answer.path("router").asText()));
        }
        return takers;
    }
}
