package dev.hashlb.e2e.bench.continuity;

import dev.hashlb.e2e.bench.candidate.Pause;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.ProcessFootprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** HAProxy in TCP mode on each router; servers are made to drain and are called back through its socket. */
record HaProxyBalancing() implements Balancing {
    @Override
    public String name() {
        return "HAProxy (TCP)";
    }

    @Override
    public Running start(ContinuityLab lab, List<Pod> servers) {
        Proxies proxies = new Proxies(lab);
        proxies.serve(servers);
        proxies.begin();
        return proxies;
    }

    private static final class Proxies implements Running {
        private static final int STARTS_WITHIN_MS = 10_000;
        private static final int LOOK_EVERY_MS = 20;

        private final ContinuityLab lab;
        private final Map<String, Process> processes = new LinkedHashMap<>();
        private final Map<String, Long> residentKiB = new LinkedHashMap<>();

        Proxies(ContinuityLab lab) {
            this.lab = lab;
            lab.routers().forEach(this::start);
        }

        private void start(LabNode router) {
            ContinuityLab.shell(router.namespace(), "ip addr add " + ContinuityLab.VIP + "/32 dev lo\n");
            String servers = lab.pods().stream()
                    .map(pod -> "  server %s %s:%d\n".formatted(pod.name(), pod.ipv4(), ContinuityLab.PORT))
                    .collect(Collectors.joining());
            String configuration = """
                global
                  maxconn 7900
                  stats socket %s level admin
                defaults
                  mode tcp
                  balance roundrobin
                  option splice-auto
                  timeout connect 5s
                  timeout client 600s
                  timeout server 600s
                listen continuity
                  bind %s:%d
                """.formatted(socket(router), ContinuityLab.VIP, ContinuityLab.PORT) + servers;
            try {
                Path file = Files.writeString(lab.lab().directory().resolve(router.name() + ".haproxy"), configuration);
                Path log = lab.lab().directory().resolve(router.name() + ".haproxy.log");
                Process process = new ProcessBuilder(Command.inNamespace(
                                router.namespace(), List.of("haproxy", "-db", "-f", file.toString())))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
                processes.put(router.name(), process);
                for (int waitedMs = 0; !Files.exists(socket(router)); waitedMs += LOOK_EVERY_MS) {
                    if (!process.isAlive() || waitedMs > STARTS_WITHIN_MS) {
                        throw new LabException(
                                "haproxy does not start on " + router.name() + "; its log:\n" + Files.readString(log));
                    }
                    Pause.milliseconds(LOOK_EVERY_MS);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void begin() {
            processes.forEach((router, process) -> residentKiB.put(router, residentKiB(process)));
        }

        private static long residentKiB(Process process) {
            return ProcessFootprint.residentKiB(process.pid());
        }

        private Path socket(LabNode router) {
            return lab.lab().directory().resolve(router.name() + ".sock");
        }

        @Override
        public void serve(List<Pod> servers) {
            for (LabNode router : lab.routers()) {
                for (Pod pod : lab.pods()) {
                    command(
                            router,
                            "set server continuity/" + pod.name() + " state "
                                    + (servers.contains(pod) ? "ready" : "drain"));
                }
            }
        }

        /** One line of the "runtime API" (HAProxy's management guide, 9.3). */
        private void command(LabNode router, String line) {
            try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                socket.connect(UnixDomainSocketAddress.of(socket(router)));
                socket.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer answer = ByteBuffer.allocate(1 << 10);
                while (socket.read(answer) > 0) {
                    // It closes when it has done it.
                }
                String text = StandardCharsets.US_ASCII
                        .decode(answer.flip())
                        .toString()
                        .strip();
                if (!text.isEmpty()) {
                    throw new LabException("haproxy on " + router.name() + ": " + line + ": " + text);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("haproxy on " + router.name() + ": " + line, e);
            }
        }

        @Override
        public void kill(LabNode router) {
            Process process = processes.remove(router.name());
            if (process != null) {
                process.destroyForcibly().onExit().join();
            }
        }

        @Override
        public State state() {
            long grownKiB = processes.entrySet().stream()
                    .mapToLong(p -> residentKiB(p.getValue()) - residentKiB.getOrDefault(p.getKey(), 0L))
                    .sum();
            return new State(
                    grownKiB * 1024, "resident memory of all proxies, without the kernel's two sockets for each");
        }

        @Override
        public void close() {
            lab.routers().forEach(this::kill);
            lab.routers()
                    .forEach(router -> ContinuityLab.shell(
                            router.namespace(), "ip addr del " + ContinuityLab.VIP + "/32 dev lo\n"));
        }
    }
}
