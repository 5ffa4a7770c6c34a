package dev.hashlb.agent.cli.echo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends back every datagram. When asked to, with who answers and whom before it: {@code NAME CLIENT:PORT\n}. */
final class UdpEcho {
    private static final Logger LOG = LoggerFactory.getLogger(UdpEcho.class);
    private static final int LARGEST_DATAGRAM_BYTES = 1 << 16;

    private final String name;
    private final boolean announce;

    UdpEcho(String name, boolean announce) {
        this.name = name;
        this.announce = announce;
    }

    /** Serves until the channel is closed. */
    void serve(DatagramChannel channel) {
        ByteBuffer received = ByteBuffer.allocateDirect(LARGEST_DATAGRAM_BYTES);
        ByteBuffer answer = ByteBuffer.allocateDirect(2 * LARGEST_DATAGRAM_BYTES);
        while (true) {
            try {
                InetSocketAddress client = (InetSocketAddress) channel.receive(received.clear());
                received.flip();
                if (announce) {
                    String line = name + " " + TcpEcho.text(client) + "\n";
                    answer.clear().put(line.getBytes(StandardCharsets.UTF_8)).put(received);
                    channel.send(answer.flip(), client);
                } else {
                    channel.send(received, client);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // An answer that is too long, or an ICMP error about an earlier one: the next may do.
                LOG.debug("a datagram was not answered: {}", e.getMessage());
            }
        }
    }
}
