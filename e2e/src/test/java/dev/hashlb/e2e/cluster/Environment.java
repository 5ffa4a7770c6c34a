package dev.hashlb.e2e.cluster;

import dev.hashlb.e2e.lab.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the suite is told from outside. */
final class Environment {
    /** The cluster's kubeconfig, of an administrator. Without it the suite does not run. */
    static final String KUBECONFIG = "HASHLB_E2E_KUBECONFIG";
    /** A command that runs another in a node's namespaces: {@code ... NODE COMMAND}. */
    private static final String NODE_EXEC = "HASHLB_E2E_NODE_EXEC";
    /** A command that powers a node off: {@code ... NODE}. */
    private static final String NODE_KILL = "HASHLB_E2E_NODE_KILL";
    /** A command that powers a node on again: {@code ... NODE}. */
    private static final String NODE_START = "HASHLB_E2E_NODE_START";

    /** For so long servers take connections after SIGTERM; more where all nodes run on a few processors and hear of it late. */
    private static final String SERVE_ON_SECONDS = "HASHLB_E2E_SERVE_ON_SECONDS";

    private static final int USUAL_SERVE_ON_SECONDS = 2;

    private static final Set<String> KILLED = ConcurrentHashMap.newKeySet();

    private Environment() {}

    static Path kubeconfig() {
        return Path.of(get(KUBECONFIG).orElseThrow());
    }

    static boolean canKillNodes() {
        return get(NODE_KILL).isPresent() && get(NODE_START).isPresent();
    }

    static boolean canLookIntoNodes() {
        return get(NODE_EXEC).isPresent();
    }

    static int serveOnSeconds() {
        return get(SERVE_ON_SECONDS).map(Integer::parseInt).orElse(USUAL_SERVE_ON_SECONDS);
    }

    static void kill(String node) {
        KILLED.add(node);
        run(NODE_KILL, node);
    }

    static void start(String node) {
        run(NODE_START, node);
        KILLED.remove(node);
    }

    /** Between {@link #kill} and {@link #start}; the cluster itself finds out late. */
    static boolean isKilled(String node) {
        return KILLED.contains(node);
    }

    static String onNode(String node, String... command) {
        List<String> arguments = new ArrayList<>(List.of(node));
        arguments.addAll(List.of(command));
        return run(NODE_EXEC, arguments.toArray(String[]::new));
    }

    private static String run(String variable, String... arguments) {
        List<String> command =
                new ArrayList<>(Arrays.asList(get(variable).orElseThrow().trim().split("\\s+", -1)));
        command.addAll(List.of(arguments));
        return Command.run("", command);
    }

    private static Optional<String> get(String variable) {
        return Optional.ofNullable(System.getenv(variable)).filter(value -> !value.isBlank());
    }
}
