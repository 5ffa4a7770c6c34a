package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A network namespace for a test, set up with iproute2: an implementation other than ours, which also is the witness. */
final class TestNamespace implements AutoCloseable {
    private final String name;

    TestNamespace(String suffix) {
        name = "ho-" + ProcessHandle.current().pid() + "-" + suffix;
        create();
    }

    void create() {
        command("ip", "netns", "add", name);
        run("ip link set lo up");
    }

    void delete() {
        command("ip", "netns", "delete", name);
    }

    String name() {
        return name;
    }

    String path() {
        return "/run/netns/" + name;
    }

    NetworkNamespace namespace() {
        return NetworkNamespace.ofPath(Path.of(path()));
    }

    /** Joins two namespaces by a veth pair, both ends up. */
    void connect(String device, TestNamespace other, String otherDevice) {
        run("ip link add " + device + " type veth peer name " + otherDevice + " netns " + other.name);
        run("ip link set " + device + " up");
        other.run("ip link set " + otherDevice + " up");
    }

    /** Runs words separated by spaces in the namespace; fails the test if they fail. */
    String run(String words) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", name));
        command.addAll(List.of(words.split(" ")));
        return command(command.toArray(String[]::new));
    }

    /** Everything that the product may change, as other programs see it. */
    String everything() {
        return String.join(
                        "\n",
                        run("ip -d addr show"),
                        run("ip -4 route show table all"),
                        run("ip -6 route show table all"),
                        run("ip -4 rule show"),
                        run("ip -6 rule show"),
                        run("nft list ruleset"),
                        run("sysctl -a --pattern net.ipv[46].(conf|ip_forward|neigh)"))
                .replaceAll("(valid_lft|preferred_lft|expires) \\S+", "$1");
    }

    @Override
    public void close() {
        delete();
    }

    static String command(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as(String.join(" ", command) + "\n" + output)
                    .isZero();
            return output;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
