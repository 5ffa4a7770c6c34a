package dev.hashlb.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A file of documents for the data planes of a lab: its nodes, and the balancers declared here. */
public final class Declaration {
    private final Topology topology;
    private final List<BalancerDocuments> balancers = new ArrayList<>();
    private final List<String> documents = new ArrayList<>();
    private final Set<String> noRouters = new HashSet<>();
    private boolean ipv6Tunnel;

    private Declaration(Topology topology) {
        this.topology = topology;
    }

    /** A declaration of the lab's nodes and no balancer yet. */
    public static Declaration of(Lab lab) {
        return new Declaration(lab.topology());
    }

    /** Declares the nodes' IPv6 addresses instead of their IPv4 ones, so that the tunnel runs over IPv6. */
    public Declaration tunnelOverIpv6() {
        ipv6Tunnel = true;
        return this;
    }

    /** Declares a node that could be a router as none. */
    public Declaration withoutRouter(String node) {
        noRouters.add(node);
        return this;
    }

    public Declaration balancer(String name, Consumer<BalancerDocuments> declare) {
        var documents = new BalancerDocuments(name);
        declare.accept(documents);
        balancers.add(documents);
        return this;
    }

    /**
     * Declares a group of routers without servers.
     *
     * @param spec what its spec has, in one line without the braces
     */
    public Declaration routerGroup(String name, String spec) {
        documents.add("apiVersion: hashlb.dev/v1alpha1\nkind: HashRouterGroup\nmetadata: {name: " + name + "}\nspec: {"
                + spec + "}\n---\n");
        return this;
    }

    public String yaml() {
        return balancers.stream().map(BalancerDocuments::yaml).collect(Collectors.joining("---\n"))
                + (balancers.isEmpty() ? "" : "---\n")
                + String.join("", documents)
                + nodesYaml();
    }

    private String nodesYaml() {
        return "apiVersion: hashlb.dev/v1alpha1\nkind: StaticNodes\nnodes:\n"
                + topology.nodes().stream().map(this::nodeYaml).collect(Collectors.joining());
    }

    private String nodeYaml(LabNode node) {
        return "  - {name: " + node.name() + ", address: \"" + (ipv6Tunnel ? node.ipv6() : node.ipv4()) + "\""
                + (node.router() && !noRouters.contains(node.name()) ? "" : ", router: false") + "}\n";
    }

    /** Writes the file so that a reader sees the old one or the new one and nothing between. */
    public Path write(Path file) {
        return write(file, yaml());
    }

    /** Writes any text in the place of a declaration, whole at once. */
    public static Path write(Path file, String text) {
        try {
            Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
            return Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
