package dev.hashlb.agent.cli;

import dev.hashlb.agent.cli.echo.EchoPlan;
import dev.hashlb.agent.cli.echo.EchoServer;
import dev.hashlb.core.address.IpAddress;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code hashlb echo}: a small server that says who answers whom. */
@Command(
        name = "echo",
        mixinStandardHelpOptions = true,
        description = {
            "A small TCP/UDP/HTTP echo server for demos and tests.",
            "HTTP requests are answered with one line of JSON: server, client, clientPort, local, localPort, requests.",
            "It says on standard output where it listens, and then `ready`. SIGTERM ends it."
        },
        footer = {
            "",
            "Examples:",
            "  hashlb echo --http-port 8080 --name web-0",
            "  hashlb echo --tcp-port 9000 --udp-port 5353 --announce --bind 10.1.0.2"
        })
public final class EchoVerb extends Verb {
    /** The kernel's name of this host or container, which need not be one that a resolver knows (proc_sys_kernel(5)). */
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private static final Logger LOG = LoggerFactory.getLogger(EchoVerb.class);

    @Option(
            names = {"--http-port", "--port"},
            paramLabel = "PORT",
            description = "Serve HTTP there; 0 for any free port. May be repeated, as the other two.")
    private List<Integer> httpPorts = List.of();

    @Option(names = "--tcp-port", paramLabel = "PORT", description = "Send back all bytes of connections there.")
    private List<Integer> tcpPorts = List.of();

    @Option(names = "--udp-port", paramLabel = "PORT", description = "Send back all datagrams there.")
    private List<Integer> udpPorts = List.of();

    @Option(names = "--name", paramLabel = "NAME", description = "What it calls itself; the host's name by default.")
    private @Nullable String name;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "Listen on this address only; on all by default.")
    private String bind = "::";

    @Option(
            names = "--announce",
            description = "Begin each TCP connection and each UDP answer with a line `NAME CLIENT:PORT`.")
    private boolean announce;

    @Option(
            names = "--serve-on-seconds",
            paramLabel = "N",
            description =
                    "On SIGTERM go on as before for N seconds, new connections included, as whoever sends them hears of the end later; 0 by default.")
    private int serveOnSeconds;

    @Option(
            names = "--linger-seconds",
            paramLabel = "N",
            description = "Then take no new connections, and serve those there are for up to N seconds; 0 by default.")
    private int lingerSeconds;

    @Override
    protected ExitStatus perform() throws Exception {
        if (httpPorts.isEmpty() && tcpPorts.isEmpty() && udpPorts.isEmpty()) {
            throw wrongUsage("nothing to serve: give at least one of --http-port, --tcp-port, --udp-port");
        }
        for (List<Integer> ports : List.of(httpPorts, tcpPorts, udpPorts)) {
            for (int port : ports) {
                if (port < 0 || port > 0xffff) {
                    throw wrongUsage("port " + port + " is not within 0 to 65535");
                }
            }
        }
        InetAddress address;
        try {
            address = IpAddress.parse(bind).toInetAddress();
        } catch (IllegalArgumentException e) {
            throw wrongUsage("--bind " + e.getMessage());
        }
        String called = name == null ? Files.readString(HOST_NAME).strip() : name;
        EchoPlan.Started started = new EchoPlan(called, address, httpPorts, tcpPorts, udpPorts, announce).start();
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started.server(), ended), "hashlb-echo-end"));
        started.listening().forEach(out()::println);
        out().println("ready");
        ended.await();
        return ExitStatus.DONE;
    }

    private void end(EchoServer server, CountDownLatch ended) {
        try (server) {
            Thread.sleep(Duration.ofSeconds(serveOnSeconds));
            server.drain(Duration.ofSeconds(lingerSeconds));
        } catch (InterruptedException e) {
            LOG.warn("interrupted while connections were ending");
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }
}
