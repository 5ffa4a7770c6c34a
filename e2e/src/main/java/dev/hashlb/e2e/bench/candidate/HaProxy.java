package dev.hashlb.e2e.bench.candidate;

import static dev.hashlb.e2e.bench.candidate.BenchPath.VIP;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** HAProxy in TCP mode: it ends the client's connection and makes one of its own. It moves bytes by splice(2). */
final class HaProxy implements Candidate {
    @Override
    public String name() {
        return "HAProxy (TCP)";
    }

    @Override
    public boolean carriesUdp() {
        return false;
    }

    @Override
    public Running start(BenchPath path) {
        String listeners = BenchPath.TCP_PORTS.stream()
                .map(port -> "listen p%d\n  bind %s:%d\n  server pod %s:%d\n"
                        .formatted(port, VIP, port, path.pod().ipv4(), port))
                .collect(Collectors.joining());
        String configuration = """
                global
                  maxconn 4000
                defaults
                  mode tcp
                  option splice-auto
                  timeout connect 5s
                  timeout client 60s
                  timeout server 60s
                """ + listeners;
        return ProxyProcess.start(path, List.of("haproxy", "-db", "-f", write(path, "haproxy.cfg", configuration)));
    }

    static String write(BenchPath path, String name, String text) {
        try {
            Path file = path.lab().directory().resolve(name);
            return Files.writeString(file, text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
