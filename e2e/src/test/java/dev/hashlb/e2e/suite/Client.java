package dev.hashlb.e2e.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A client in a network namespace. */
public record Client(String namespace) {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    /** UDP is not repeated by the kernel, and a packet may go while a neighbour is being resolved. */
    private static final int DATAGRAM_TRIES = 5;

    private static final String TOO_LONG = "Message too long";

    /** The two ends of a flow: what the client binds and where it connects to. */
    public record Ends(InetSocketAddress source, InetSocketAddress destination) {
        public static Ends of(String source, int sourcePort, String destination, int destinationPort) {
            return new Ends(Sockets.at(source, sourcePort), Sockets.at(destination, destinationPort));
        }

        String destinationAddress() {
            return destination.getAddress().getHostAddress();
        }
    }

    /** Connects from a port of the kernel's choice. */
    public SocketChannel connect(String address, int port) throws IOException {
        SocketChannel socket = Sockets.tcp(namespace, address);
        return connect(socket, Sockets.at(address, port));
    }

    /** Connects from an address and port of the caller's choice. */
    public SocketChannel connect(Ends ends) throws IOException {
        SocketChannel socket = Sockets.tcp(namespace, ends.destinationAddress());
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        socket.bind(ends.source());
        return connect(socket, ends.destination());
    }

    private static SocketChannel connect(SocketChannel socket, InetSocketAddress destination) throws IOException {
        try {
            socket.socket().connect(destination, (int) ANSWER_WITHIN.toMillis());
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Asks over a connection of its own who answers; the connection ends by a reset, so that its port is free again. */
    public Answer askTcp(Ends ends) throws IOException {
        try (SocketChannel socket = connect(ends)) {
            Answer answer = ask(socket);
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            return answer;
        }
    }

    /** Asks from a port of the kernel's choice. */
    public Answer askTcp(String address, int port) throws IOException {
        try (SocketChannel socket = connect(address, port)) {
            return ask(socket);
        }
    }

    /** Ends a connection by a reset, so that its port is free again. */
    public static void reset(SocketChannel socket) throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    /** Asks over an open connection. */
    public static Answer ask(SocketChannel socket) throws IOException {
        Lines.write(socket, "who");
        String line = Lines.read(socket);
        if (line.isEmpty()) {
            throw new IOException("the server ended the connection");
        }
        return Answer.parse(line);
    }

    /** Sends a datagram and reads its answer; again if nothing comes, a few times. */
    public Answer askUdp(Ends ends, String request) throws IOException {
        try (DatagramChannel socket = udp(ends)) {
            return Answer.parse(exchange(socket, request.getBytes(US_ASCII)));
        }
    }

    /** A connected UDP socket, which the kernel gives nothing but what comes from the VIP. */
    DatagramChannel udp(Ends ends) throws IOException {
        DatagramChannel socket = Sockets.udp(namespace, ends.destinationAddress());
        socket.bind(ends.source());
        return socket.connect(ends.destination());
    }

    /**
     * Sends a request over a connected socket until an answer comes.
     *
     * @throws java.net.PortUnreachableException if an ICMP error says so
     */
    static String exchange(DatagramChannel socket, byte[] request) throws IOException {
        byte[] answer = new byte[65536];
        for (int attempt = 1; ; attempt++) {
            try {
                socket.write(ByteBuffer.wrap(request));
                socket.socket().setSoTimeout(1000);
                var packet = new java.net.DatagramPacket(answer, answer.length);
                socket.socket().receive(packet);
                return new String(answer, 0, packet.getLength(), US_ASCII);
            } catch (SocketTimeoutException | SocketException e) {
                // EMSGSIZE is how a router's "too big" about the datagram before is told; the next is made to fit.
                if (e instanceof SocketException && !TOO_LONG.equals(e.getMessage())) {
                    throw e;
                }
                if (attempt == DATAGRAM_TRIES) {
                    throw e;
                }
            }
        }
    }

    /** Whether the address answers an ICMP echo request. */
    boolean pings(String address) {
        return Sockets.inside(
                namespace,
                () -> java.net.InetAddress.ofLiteral(address).isReachable((int) ANSWER_WITHIN.toMillis() / 5));
    }
}
