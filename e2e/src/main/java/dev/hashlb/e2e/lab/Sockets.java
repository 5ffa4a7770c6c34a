package dev.hashlb.e2e.lab;

import dev.hashlb.agent.linux.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Opens sockets of this JVM inside a network namespace; a socket stays in the namespace that it was opened in. */
public final class Sockets {
    private Sockets() {}

    /** Runs something on a thread that is in a network namespace. */
    public static <T> T inside(String namespace, Callable<T> action) {
        try {
            return NetworkNamespace.ofPath(Path.of("/run/netns", namespace)).call(action::call);
        } catch (Exception e) {
            throw new LabException("in namespace " + namespace + ": " + e, e);
        }
    }

    /** The family of a literal. */
    public static ProtocolFamily family(String address) {
        return address.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    /** An unconnected TCP socket. */
    public static SocketChannel tcp(String namespace, String familyOf) {
        return inside(namespace, () -> SocketChannel.open(family(familyOf)));
    }

    /** An unbound UDP socket. */
    public static DatagramChannel udp(String namespace, String familyOf) {
        return inside(namespace, () -> DatagramChannel.open(family(familyOf)));
    }

    /** A listening TCP socket. */
    public static ServerSocketChannel listen(String namespace, String address, int port) {
        try {
            ServerSocketChannel socket = inside(namespace, () -> ServerSocketChannel.open(family(address)));
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return socket.bind(at(address, port), 1024);
        } catch (IOException e) {
            throw new LabException("cannot listen on " + address + " port " + port + " in " + namespace + ": " + e, e);
        }
    }

    /** A literal's socket address; nothing is looked up. */
    public static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
