package dev.hashlb.operator.cluster;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.operator.model.Ledger;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A ledger's entry as text: JSON, with a server's intervals as {@code WEIGHT:JOINED-LEFT}, comma-separated, so that thousands fit into
 * one object.
 */
final class LedgerText {
    private static final Pattern INTERVAL = Pattern.compile("(\\d{1,3}):(\\d{1,18})-(\\d{1,18})?");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private record Text(
            @JsonProperty("uid") String uid,
            @JsonProperty("generation") long generation,
            @JsonProperty("accepted") HashLoadBalancerSpec accepted,
            @JsonProperty("servers") Map<String, String> servers) {}

    private LedgerText() {}

    static String write(Ledger.Entry entry) {
        SortedMap<String, String> servers = new TreeMap<>();
        entry.servers()
                .forEach((identity, intervals) -> servers.put(
                        identity, intervals.stream().map(LedgerText::write).collect(Collectors.joining(","))));
        try {
            return MAPPER.writeValueAsString(new Text(entry.uid(), entry.generation(), entry.accepted(), servers));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a ledger's entry cannot be written", e);
        }
    }

    /** @throws IllegalArgumentException if it is not what {@link #write} writes */
    static Ledger.Entry read(String text) {
        try {
            Text read = MAPPER.readValue(text, Text.class);
            if (read.uid() == null || read.accepted() == null || read.servers() == null || read.generation() < 1) {
                throw new IllegalArgumentException("needs uid, generation, accepted and servers");
            }
            SortedMap<String, List<Interval>> servers = new TreeMap<>();
            read.servers()
                    .forEach((identity, intervals) -> servers.put(
                            identity,
                            Stream.of(intervals.split(","))
                                    .map(LedgerText::interval)
                                    .toList()));
            return new Ledger.Entry(read.uid(), read.generation(), read.accepted(), servers);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "is not the JSON that the operator writes: " + e.getOriginalMessage(), e);
        }
    }

    private static String write(Interval interval) {
        return interval.weight() + ":" + interval.joined() + "-"
                + (interval.left().isPresent() ? interval.left().getAsLong() : "");
    }

    private static Interval interval(String text) {
        Matcher parts = INTERVAL.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not WEIGHT:JOINED-LEFT");
        }
        return new Interval(
                Integer.parseInt(parts.group(1)),
                Long.parseLong(parts.group(2)),
                parts.group(3) == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(parts.group(3))));
    }
}
