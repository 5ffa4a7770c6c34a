package dev.hashlb.agent.cli.echo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What an echo server is to do.
 *
 * @param name what it calls itself
 * @param address where it listens
 * @param httpPorts 0 for any free one, as in the other lists
 * @param announce whether TCP and UDP answers begin with a line about who answers whom
 */
public record EchoPlan(
        String name,
        InetAddress address,
        List<Integer> httpPorts,
        List<Integer> tcpPorts,
        List<Integer> udpPorts,
        boolean announce) {

    /** A running server, and a line such as {@code http 0.0.0.0:8080} for each of its ports. */
    public record Started(EchoServer server, List<String> listening) {}

    /** @throws IOException if a port cannot be had; then none is held */
    public Started start() throws IOException {
        EchoServer server = new EchoServer();
        List<String> listening = new ArrayList<>();
        try {
            for (int port : httpPorts) {
                listening.add(line("http", server.listen(address, port, new HttpEcho(name))));
            }
            for (int port : tcpPorts) {
                listening.add(line("tcp", server.listen(address, port, new TcpEcho(name, announce))));
            }
            for (int port : udpPorts) {
                listening.add(line("udp", server.listen(address, port, new UdpEcho(name, announce))));
            }
        } catch (IOException e) {
            server.close();
            throw e;
        }
        return new Started(server, listening);
    }

    private static String line(String what, InetSocketAddress at) {
        return what + " " + TcpEcho.text(at);
    }
}
