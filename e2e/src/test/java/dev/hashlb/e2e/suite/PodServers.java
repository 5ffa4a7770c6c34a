package dev.hashlb.e2e.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Plain servers in pods: they know nothing of VIPs, and over UDP they answer without saying from which address.
 *
 * <p>A TCP connection carries lines: {@code who} is answered with an {@link Answer}; {@code get N} with N bytes and a line
 * with their SHA-256; {@code put N}, followed by N bytes, with a line with their SHA-256; {@code bye} ends the connection. A UDP datagram is answered with an
 * {@link Answer} about it; if it begins with {@code size N}, filled up with blanks to N bytes.
 */
public final class PodServers implements AutoCloseable {
    private final List<Channel> channels = new CopyOnWriteArrayList<>();

    /** Listens for TCP on every address of a pod. */
    public PodServers tcp(Pod pod, int port) {
        return tcp(pod, "::", port);
    }

    /** Listens for TCP on one address of a pod. */
    PodServers tcp(Pod pod, String address, int port) {
        ServerSocketChannel listening = Sockets.listen(pod.namespace(), address, port);
        channels.add(listening);
        Thread.ofVirtual().name("tcp " + pod.name()).start(() -> accept(pod, listening));
        return this;
    }

    /** Answers UDP on every address of a pod. */
    public PodServers udp(Pod pod, int port) {
        return udp(pod, "::", port);
    }

    /** Answers UDP on one address of a pod. */
    PodServers udp(Pod pod, String address, int port) {
        try {
            DatagramChannel socket = Sockets.udp(pod.namespace(), address);
            socket.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
            socket.bind(Sockets.at(address, port));
            channels.add(socket);
            Thread.ofVirtual().name("udp " + pod.name()).start(() -> answerDatagrams(pod, socket));
            return this;
        } catch (IOException e) {
            throw new IllegalStateException("cannot bind UDP port " + port + " in " + pod.name(), e);
        }
    }

    private void accept(Pod pod, ServerSocketChannel listening) {
        while (true) {
            try {
                SocketChannel connection = listening.accept();
                channels.add(connection);
                Thread.ofVirtual().start(() -> serve(pod, connection));
            } catch (AsynchronousCloseException e) {
                return;
            } catch (IOException e) {
                System.err.println("server in " + pod.name() + ": accept: " + e);
                return;
            }
        }
    }

    private void serve(Pod pod, SocketChannel connection) {
        try (connection) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            for (String line = Lines.read(connection); !line.isEmpty(); line = Lines.read(connection)) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "bye" -> {
                        return;
                    }
                    case "who" ->
                        Lines.write(connection, about(pod, connection, line).text());
                    case "get" ->
                        Lines.write(connection, Transfer.send(connection, Long.parseLong(words[1]), sent -> {}));
                    case "put" ->
                        Lines.write(connection, Transfer.receive(connection, Long.parseLong(words[1]), got -> {}));
                    default -> Lines.write(connection, "unknown: " + line);
                }
            }
        } catch (IOException e) {
            // The client went away, or the test did: the client's side is the one that asserts.
        } finally {
            channels.remove(connection);
        }
    }

    private static Answer about(Pod pod, SocketChannel connection, String request) throws IOException {
        byte[] bytes = request.getBytes(US_ASCII);
        return new Answer(
                pod.name(),
                Digests.address(connection.getRemoteAddress()),
                ((InetSocketAddress) connection.getRemoteAddress()).getPort(),
                Digests.address(connection.getLocalAddress()),
                ((InetSocketAddress) connection.getLocalAddress()).getPort(),
                bytes.length,
                Digests.sha256(bytes, 0, bytes.length));
    }

    private static void answerDatagrams(Pod pod, DatagramChannel socket) {
        ByteBuffer buffer = ByteBuffer.allocate(65536);
        while (socket.isOpen()) {
            try {
                var client = (InetSocketAddress) socket.receive(buffer.clear());
                byte[] request = new byte[buffer.flip().remaining()];
                buffer.get(request);
                socket.send(ByteBuffer.wrap(answer(pod, socket, client, request)), client);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                System.err.println("server in " + pod.name() + ": UDP: " + e);
            }
        }
    }

    private static byte[] answer(Pod pod, DatagramChannel socket, InetSocketAddress client, byte[] request)
            throws IOException {
        String text = new Answer(
                        pod.name(),
                        Digests.address(client),
                        client.getPort(),
                        Digests.address(socket.getLocalAddress()),
                        ((InetSocketAddress) socket.getLocalAddress()).getPort(),
                        request.length,
                        Digests.sha256(request, 0, request.length))
                .text();
        String head = new String(request, 0, Math.min(request.length, 32), US_ASCII);
        int size = head.startsWith("size ") ? Integer.parseInt(head.split("[ \n]", -1)[1]) : text.length();
        return (text + " ".repeat(Math.max(0, size - text.length()))).getBytes(US_ASCII);
    }

    @Override
    public void close() {
        for (Channel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                System.err.println("cannot close " + channel + ": " + e);
            }
        }
    }
}
