package dev.hashlb.e2e.bench.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.LabException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Bulk transfers over TCP, from client to server. */
public final class Iperf implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SEGMENT_BYTES = 1448;
    /** In which flows find their rates. */
    private static final int OMITTED_SECONDS = 1;

    private final Process server;

    private Iperf(Process server) {
        this.server = server;
    }

    /** Starts a server that lasts until it is closed. */
    public static Iperf serve(String namespace, int port) {
        try {
            return new Iperf(new ProcessBuilder(
                            Command.inNamespace(namespace, List.of("iperf3", "-s", "-p", Integer.toString(port))))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends for some seconds over some flows at once; large writes, since small ones make the figures of several flows jump.
     *
     * @return bits per second that the server received
     */
    public static double send(String namespace, String address, int port, int flows, int seconds) {
        String output = Command.run(
                "",
                Command.inNamespace(
                        namespace,
                        List.of(
                                "iperf3",
                                "-J",
                                "-c",
                                address,
                                "-p",
                                Integer.toString(port),
                                "-l",
                                "1M",
                                "-P",
                                Integer.toString(flows),
                                "-t",
                                Integer.toString(seconds),
                                "-O",
                                Integer.toString(OMITTED_SECONDS))));
        try {
            JsonNode end = JSON.readTree(output).path("end").path("sum_received");
            if (end.isMissingNode()) {
                throw new LabException("iperf3 gave no sum: " + output);
            }
            return end.path("bits_per_second").doubleValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many full segments that a transfer took at an MTU of 1500 with timestamps, its first second too, which is not in its sum. */
    public static double segments(double bitsPerSecond, int seconds) {
        return bitsPerSecond / Byte.SIZE * (seconds + OMITTED_SECONDS) / SEGMENT_BYTES;
    }

    @Override
    public void close() {
        server.destroyForcibly().onExit().join();
    }
}
