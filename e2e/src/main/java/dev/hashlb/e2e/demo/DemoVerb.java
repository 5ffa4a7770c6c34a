package dev.hashlb.e2e.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.hashlb.agent.cli.ExitStatus;
import dev.hashlb.agent.cli.Verb;
import dev.hashlb.agent.linux.Capabilities;
import dev.hashlb.e2e.lab.Lab;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.LabNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code hashlb demo}: builds the lab, balances real HTTP traffic, scales, kills a router, shows what happened. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Builds a lab of network namespaces, balances real HTTP traffic in it and shows what happens.",
            "Needs root. Changes nothing outside its own namespaces and removes them at the end, also on Ctrl-C."
        },
        footer = {
            "",
            "Examples:",
            "  hashlb demo",
            "  hashlb demo --keep",
            "  hashlb demo --routers 3 --ingress self-select --return gateway",
            "  hashlb demo --remove"
        })
public final class DemoVerb extends Verb {
    private static final int MOST_ROUTERS = 9;
    private static final Map<String, String> INGRESS = Map.of("any-node", "AnyNode", "self-select", "SelfSelect");
    private static final Map<String, String> RETURN = Map.of("direct", "Direct", "node", "Node", "gateway", "Gateway");

    @Option(names = "--keep", description = "Leave the lab up at the end and say how to enter it.")
    private boolean keep;

    @Option(names = "--remove", description = "Remove labs that --keep has left, and do nothing else.")
    private boolean remove;

    @Option(names = "--json", description = "Print one JSON object at the end, and nothing else.")
    private boolean json;

    @Option(
            names = "--requests",
            paramLabel = "N",
            description = "Connections of each part; ${DEFAULT-VALUE} by default.")
    private int requests = 1000;

    @Option(names = "--routers", paramLabel = "M", description = "How many routers; ${DEFAULT-VALUE} by default.")
    private int routers = 2;

    @Option(
            names = "--ingress",
            paramLabel = "MODE",
            description =
                    "Who handles packets: any-node (the default), or self-select: the router that the calculation names.")
    private String ingress = "any-node";

    @Option(
            names = "--return",
            paramLabel = "MODE",
            description =
                    "The way of replies: direct (the default), node, or gateway: by the router that the calculation names.")
    private String reply = "direct";

    private Ways ways() {
        if (routers < 2 || routers > MOST_ROUTERS) {
            throw wrongUsage("--routers " + routers + " is not within 2 to " + MOST_ROUTERS);
        }
        return new Ways(routers, word("--ingress", ingress, INGRESS), word("--return", reply, RETURN));
    }

    private String word(String option, String value, Map<String, String> words) {
        String word = words.get(value);
        if (word == null) {
            throw wrongUsage(option + " " + value + " is not known; write one of "
                    + words.keySet().stream().sorted().collect(Collectors.joining(", ")));
        }
        return word;
    }

    /** What is made, for who wants to know beforehand. */
    private static List<String> plan(Ways ways) {
        int dataPlanes = 3 + ways.routers();
        return List.of(
                "This makes " + (14 + ways.routers())
                        + " network namespaces with names that begin with `hl`, the devices in them, a folder under the",
                "temporary one, and " + (dataPlanes + 7) + " processes: " + dataPlanes
                        + " data planes and 7 HTTP servers. Nothing outside them is changed.");
    }

    @Override
    protected ExitStatus perform() throws Exception {
        if (requests < Demo.leastRequests() || requests > 100_000) {
            throw wrongUsage("--requests " + requests + " is not within " + Demo.leastRequests() + " to 100000");
        }
        Ways ways = ways();
        Screen screen = Screen.standard(json);
        if (!remove) {
            screen.heading("HashLB demo");
            plan(ways).forEach(screen::line);
            screen.line(keep ? "The lab stays up at the end." : "All of it is removed at the end, also on Ctrl-C.");
        }
        List<Capabilities.Needed> missing = Lab.missingCapabilities();
        if (!missing.isEmpty()) {
            err().println("hashlb: the demo needs root; these capabilities are missing: " + missing
                    + "; try: sudo ./hashlb demo");
            return ExitStatus.SYSTEM_REFUSED;
        }
        try {
            return remove ? removeKept(screen) : play(screen, ways);
        } catch (LabException e) {
            throw Demo.refused(e);
        }
    }

    private static ExitStatus removeKept(Screen screen) {
        List<String> removed = Lab.removeKept();
        screen.line(removed.isEmpty() ? "no lab was kept" : "removed: " + String.join(", ", removed));
        return ExitStatus.DONE;
    }

    private ExitStatus play(Screen screen, Ways ways) throws IOException, InterruptedException {
        try (Stage stage = Stage.open(keep, ways)) {
            Outcome outcome = new Demo(stage, screen, requests).play();
            screen.heading(
                    outcome.good() ? "Everything was as foretold." : "NOT everything was as foretold: see above.");
            if (json) {
                out().println(text(outcome));
            }
            if (keep) {
                stage.lab().keep();
                tellHowToEnter(stage, screen);
            } else {
                screen.quiet("removing the lab");
            }
            return outcome.good() ? ExitStatus.DONE : ExitStatus.SYSTEM_REFUSED;
        }
    }

    private static String text(Outcome outcome) throws JsonProcessingException {
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(outcome);
    }

    private static void tellHowToEnter(Stage stage, Screen screen) {
        LabNode node = stage.lab().topology().node("r2");
        screen.line("The lab is up; r1 is dead" + (stage.ways().selfSelect() ? "" : " and the VIPs are routed to r2")
                + ". For example:");
        screen.line("  ip netns exec " + stage.clientNamespace() + " curl http://198.51.100.10/");
        screen.line("  ip netns exec " + node.namespace() + " curl -s http://127.0.0.1:9471/metrics");
        screen.line("  ./hashlb trace -f " + stage.file() + " TCP 192.0.2.7:40000 198.51.100.10:80");
        screen.line("  logs and state: " + stage.lab().directory());
        screen.line("Remove it with: ./hashlb demo --remove");
    }
}
