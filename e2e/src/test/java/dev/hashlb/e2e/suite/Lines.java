package dev.hashlb.e2e.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Lines over a connection, read byte by byte so that nothing after the line is taken. */
final class Lines {
    private Lines() {}

    /** The next line without its end, or nothing at the end of the stream. */
    static String read(SocketChannel socket) throws IOException {
        var line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (socket.read(one.clear()) > 0) {
            if (one.get(0) == '\n') {
                return line.toString();
            }
            line.append((char) one.get(0));
        }
        return "";
    }

    static void write(SocketChannel socket, String line) throws IOException {
        ByteBuffer out = ByteBuffer.wrap((line + "\n").getBytes(US_ASCII));
        while (out.hasRemaining()) {
            socket.write(out);
        }
    }
}
