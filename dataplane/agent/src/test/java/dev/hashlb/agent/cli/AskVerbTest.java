package dev.hashlb.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.cli.echo.EchoPlan;
import dev.hashlb.agent.cli.echo.EchoServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AskVerbTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsEachAnswerOfAnEchoServer() throws IOException {
        EchoPlan.Started started = new EchoPlan("web-0", LOOPBACK, List.of(0), List.of(), List.of(), false).start();
        try (EchoServer server = started.server()) {
            String line = started.listening().getFirst();
            int status = run("ask", "--count", "3", "127.0.0.1:" + line.substring(line.lastIndexOf(':') + 1));

            assertThat(status).as(err.toString()).isZero();
            assertThat(out.toString().lines()).hasSize(3).allMatch(each -> each.contains("\"server\":\"web-0\""));
        }
    }

    @Test
    void nobodyThereIsTheSystemsRefusalWithTheReason() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, LOOPBACK)) {
            port = closed.getLocalPort();
        }
        assertThat(run("ask", "--within", "0", "127.0.0.1:" + port)).isEqualTo(3);
        assertThat(err.toString()).contains("127.0.0.1:" + port, "has not answered within 0 s", "refused");
    }

    @Test
    void anAnswerThatIsNotHttpIsTold() throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(LOOPBACK, 0));
            Thread once = Thread.ofVirtual().start(() -> {
                try (var connection = server.accept()) {
                    connection.getInputStream().read(new byte[256]);
                    connection.getOutputStream().write("SSH-2.0-x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(run("ask", "--within", "0", "127.0.0.1:" + server.getLocalPort()))
                    .isEqualTo(3);
            once.join();
            assertThat(err.toString()).contains("not an HTTP answer with status 200: SSH-2.0-x");
        }
    }

    private int run(String... arguments) {
        CommandLine command = Hashlb.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
