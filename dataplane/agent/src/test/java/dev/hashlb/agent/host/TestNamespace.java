package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.agent.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
        // No duplicate address detection: addresses that are tentative for a second would make pictures differ.
        run("sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0");
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
        awaitLinkLocalAddress(device);
        other.awaitLinkLocalAddress(otherDevice);
    }

    private void awaitLinkLocalAddress(String device) {
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            String addresses = run("ip -6 addr show dev " + device + " scope link");
            return addresses.contains("fe80:") && !addresses.contains("tentative");
        });
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

    /** Asserts that {@link #everything} is as before, and shows the lines that are not. */
    void assertIs(String before) {
        List<String> now = everything().lines().toList();
        List<String> then = before.lines().toList();
        assertThat(now.stream().filter(l -> !then.contains(l))).as("new lines").isEmpty();
        assertThat(then.stream().filter(l -> !now.contains(l)))
                .as("lines that are gone")
                .isEmpty();
        assertThat(now).isEqualTo(then);
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
