package dev.hashlb.e2e.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When each node began to forward by which version, as its log tells, which is before the version is on its disk. For one thread. */
final class AppliedVersions implements AutoCloseable {
    private static final Pattern APPLIED = Pattern.compile("applied snapshot version=(\\d+) .*\\n");

    private final Map<String, Log> logs = new HashMap<>();

    private static final class Log {
        final FileChannel channel;
        final ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
        final NavigableMap<Long, Long> seenNanosByVersion = new TreeMap<>();
        String rest = "";

        Log(FileChannel channel) {
            this.channel = channel;
        }

        void read() throws IOException {
            bytes.clear();
            if (channel.read(bytes) <= 0) {
                return;
            }
            long now = System.nanoTime();
            String text = rest + StandardCharsets.UTF_8.decode(bytes.flip());
            Matcher matcher = APPLIED.matcher(text);
            int end = 0;
            while (matcher.find()) {
                seenNanosByVersion.putIfAbsent(Long.valueOf(matcher.group(1)), now);
                end = matcher.end();
            }
            rest = text.substring(Math.max(end, text.lastIndexOf('\n') + 1));
        }
    }

    /** @param files the data planes' logs, by node */
    AppliedVersions(Map<String, Path> files) throws IOException {
        for (Map.Entry<String, Path> file : files.entrySet()) {
            logs.put(file.getKey(), new Log(FileChannel.open(file.getValue())));
        }
    }

    /** Reads what was logged since the look before. */
    void look() {
        try {
            for (Log log : logs.values()) {
                log.read();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The System.nanoTime of the look that first found a node to forward by a version or a later one. */
    long sinceNanos(String node, long version) {
        return logs.get(node).seenNanosByVersion.tailMap(version).values().stream()
                .min(Long::compare)
                .orElseThrow();
    }

    @Override
    public void close() throws IOException {
        for (Log log : logs.values()) {
            log.channel.close();
        }
    }
}
