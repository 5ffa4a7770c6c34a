package dev.hashlb.agent.handover;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.UnixSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages by which devices change hands: a word, then a space and an argument where the word has one; {@code device} alone carries a
 * descriptor. The peer must be of the same user. Whatever else comes ends the connection.
 *
 * <pre>
 *   successor                    predecessor
 *   take VERSION IDENTITY   →
 *                           ←    device NAME (with its descriptor), for each
 *                           ←    end COUNT
 *   done                    →                      the successor forwards
 *                           ←    (closes)          and now the predecessor does not any more
 *
 *   data plane                   {@link Holder}
 *   take VERSION            →                      answered as above; all devices count as stale from now on
 *   device NAME             →                      (with its descriptor) to be held; not stale
 *   forget NAME             →
 *   settled                 →                      what is stale is dropped
 *   finish                  →                      ends the holder, and with it the devices
 * </pre>
 */
final class Channel implements AutoCloseable {
    static final String TAKE = "take";
    static final String DEVICE = "device";
    static final String END = "end";
    static final String REFUSED = "refused";
    static final String DONE = "done";
    static final String FORGET = "forget";
    static final String SETTLED = "settled";
    static final String FINISH = "finish";

    /** Of the messages; a process that does not know a version refuses it. */
    static final String VERSION = "1";

    private final UnixSocket socket;

    /** @param socket this object's from now on */
    Channel(UnixSocket socket) {
        this.socket = socket;
    }

    /**
     * A message.
     *
     * @param word one of the constants above
     * @param argument empty if there is none
     * @param fd the receiver's, with {@link #DEVICE}; else {@link UnixSocket#NO_FD}
     */
    record Message(String word, String argument, int fd) {}

    /** @throws IOException if the peer is another user: it may neither give nor take devices */
    void requireSameUser() throws IOException {
        int peer = socket.peerUid();
        int own = Libc.geteuid(new CallState());
        if (peer != own) {
            throw new IOException("the peer is user " + peer + ", expected " + own);
        }
    }

    void send(String word, String argument) throws IOException {
        socket.send(argument.isEmpty() ? word : word + " " + argument, UnixSocket.NO_FD);
    }

    /** Sends all descriptors, which stay the caller's, and {@link #END}. */
    void sendDevices(Map<String, Integer> devices) throws IOException {
        for (Map.Entry<String, Integer> device : devices.entrySet()) {
            sendDevice(device.getKey(), device.getValue());
        }
        send(END, Integer.toString(devices.size()));
    }

    /** Sends a descriptor, which stays the caller's. */
    void sendDevice(String name, int fd) throws IOException {
        socket.send(DEVICE + " " + name, fd);
    }

    /**
     * Receives what {@link #sendDevices} sends; if the peer ends in the middle, what came before.
     *
     * @return whether all came
     * @throws IOException if the peer refuses, with its reason, or something else than devices comes
     */
    boolean receiveDevices(OpenDevices devices) throws IOException {
        while (true) {
            Message message = receive();
            if (message == null) {
                return false;
            }
            switch (message.word()) {
                case DEVICE -> devices.put(message.argument(), message.fd());
                case END -> {
                    requireAll(message.argument(), devices.size());
                    return true;
                }
                case REFUSED -> throw new IOException(message.argument());
                default -> throw new IOException("it said '" + message.word() + "'");
            }
        }
    }

    private static void requireAll(String announced, int received) throws IOException {
        if (!announced.equals(Integer.toString(received))) {
            throw new IOException("it announced " + announced + " devices and gave " + received);
        }
    }

    /** The next message; null when the peer is gone. @throws IOException if it is none of the protocol */
    @Nullable Message receive() throws IOException {
        UnixSocket.Message received = socket.receive();
        if (received == null) {
            return null;
        }
        int space = received.text().indexOf(' ');
        String word = space < 0 ? received.text() : received.text().substring(0, space);
        String argument = space < 0 ? "" : received.text().substring(space + 1);
        if (word.equals(DEVICE) != (received.fd() != UnixSocket.NO_FD)) {
            if (received.fd() != UnixSocket.NO_FD) {
                Libc.close(new CallState(), received.fd());
            }
            throw new IOException(
                    "message '" + word + "' must " + (word.equals(DEVICE) ? "" : "not ") + "have a descriptor with it");
        }
        return new Message(word, argument, received.fd());
    }

    /** How long the peer may take for a message. */
    void timeout(Duration timeout) throws IOException {
        socket.timeout(timeout);
    }

    /** Ends what waits on the connection, in other threads too. */
    void shutdown() {
        socket.shutdown();
    }

    @Override
    public void close() {
        socket.close();
    }
}
