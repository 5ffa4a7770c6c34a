package dev.hashlb.e2e.bench.candidate;

import static dev.hashlb.e2e.bench.candidate.BenchPath.VIP;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** nginx's stream module, a worker for each core. */
final class NginxStream implements Candidate {
    /** Where Debian puts it; elsewhere it is usually built in. */
    private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

    @Override
    public String name() {
        return "nginx (stream)";
    }

    @Override
    public boolean carriesUdp() {
        return false;
    }

    @Override
    public Running start(BenchPath path) {
        String servers = BenchPath.TCP_PORTS.stream()
                .map(port -> "  server { listen %s:%d; proxy_pass %s:%d; }\n"
                        .formatted(VIP, port, path.pod().ipv4(), port))
                .collect(Collectors.joining());
        String configuration = (Files.exists(MODULE) ? "load_module " + MODULE + ";\n" : "")
                + """
                daemon off;
                worker_processes auto;
                worker_rlimit_nofile 10000;
                pid %s/nginx.pid;
                error_log %s/nginx-error.log;
                events { worker_connections 4000; }
                stream {
                """.formatted(path.lab().directory(), path.lab().directory())
                + servers
                + "}\n";
        return ProxyProcess.start(path, List.of("nginx", "-c", HaProxy.write(path, "nginx.conf", configuration)));
    }
}
