package dev.hashlb.agent.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hashlb ask}: asks what {@code hashlb echo} answers, a connection each time. */
@Command(
        name = "ask",
        mixinStandardHelpOptions = true,
        description = {
            "Asks an HTTP server, such as `hashlb echo`, over a new connection each time, and prints each answer.",
            "The first is tried again and again, for a server that is still starting; then each must be answered."
        },
        footer = {"", "Example:", "  hashlb ask --count 100 198.51.100.10:80"})
public final class AskVerb extends Verb {
    private static final Duration RETRY = Duration.ofMillis(200);
    /** Of an answer; an echo's has less than 300. */
    private static final int MAX_ANSWER_CHARS = 64 * 1024;

    @Parameters(paramLabel = "IP:PORT", converter = SocketAddressConverter.class, description = "Whom to ask.")
    private InetSocketAddress server = new InetSocketAddress(0);

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many times; default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--within",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long the first answer may take to come; default: ${DEFAULT-VALUE}.")
    private int withinSeconds;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description =
                    "How long one attempt may take to connect, and then to be answered; default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Override
    protected ExitStatus perform() throws Exception {
        if (count < 1 || withinSeconds < 0 || timeoutSeconds < 1) {
            throw wrongUsage("--count and --timeout must be at least 1, --within at least 0");
        }
        out().println(firstAnswer());
        for (int i = 2; i <= count; i++) {
            try {
                out().println(ask());
            } catch (IOException e) {
                throw new IOException("question " + i + " of " + count + " was not answered: " + e.getMessage(), e);
            }
        }
        return ExitStatus.DONE;
    }

    private String firstAnswer() throws IOException, InterruptedException {
        long deadlineNanos =
                System.nanoTime() + Duration.ofSeconds(withinSeconds).toNanos();
        while (true) {
            try {
                return ask();
            } catch (IOException e) {
                if (System.nanoTime() - deadlineNanos >= 0) {
                    throw new IOException(
                            server + " has not answered within " + withinSeconds + " s: " + e.getMessage(), e);
                }
                Thread.sleep(RETRY);
            }
        }
    }

    private String ask() throws IOException {
        int timeoutMillis = Math.toIntExact(Duration.ofSeconds(timeoutSeconds).toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(server, timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            OutputStream request = socket.getOutputStream();
            request.write(
                    "GET / HTTP/1.0\r\nHost: hashlb\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            request.flush();
            return body(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
        }
    }

    /** The body of an HTTP response that says 200. */
    private static String body(BufferedReader response) throws IOException {
        char[] text = new char[MAX_ANSWER_CHARS];
        int length = 0;
        for (int read; length < text.length && (read = response.read(text, length, text.length - length)) > 0; ) {
            length += read;
        }
        String whole = new String(text, 0, length);
        int end = whole.indexOf("\r\n\r\n");
        if (end < 0 || !whole.matches("(?s)HTTP/1\\.[01] 200 .*")) {
            throw new IOException("not an HTTP answer with status 200: "
                    + whole.lines().findFirst().orElse("nothing"));
        }
        return whole.substring(end + 4).strip();
    }
}
