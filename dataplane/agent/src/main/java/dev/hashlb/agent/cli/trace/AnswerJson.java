package dev.hashlb.agent.cli.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hashlb.core.declare.Choices;
import dev.hashlb.core.snapshot.Balancer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HexFormat;

/**
 * Answers for programs, one object a line. Always {@code flow}; of a router group then {@code group}, {@code fields}, {@code table}, {@code sum},
 * {@code slots}, {@code slot} and {@code router}; else either {@code error} (with {@code balancer} and
 * {@code generation} where a balancer has the address and port), or {@code balancer}, {@code generation}, {@code fields},
 * {@code table}, {@code sum} (a text of decimal digits, for it has up to 130 bits), {@code slots}, {@code slot}, {@code n},
 * {@code server}, {@code node}, {@code targetPort}, {@code delivery}, {@code chain} (the servers that its packets are offered to, the
 * owner first, each with {@code server}, {@code node}, {@code wireId} in hexadecimal, its interval as {@code weight}, {@code joined} and, where it
 * ended, {@code left}, and {@code newestOwned}, the newest generation in which it scored highest of those that still live), {@code router} where the calculation names
 * one, of all that the nodes' document has, and {@code warning} where routers drop such a packet.
 */
public final class AnswerJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private AnswerJson() {}

    public static String line(Answer answer) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("flow", answer.flow());
            switch (answer) {
                case Answer.Refused refused -> {
                    if (refused.balancer().isPresent()) {
                        write(refused.balancer().get(), json);
                    }
                    json.writeStringField("error", refused.error());
                }
                case Answer.Routed routed -> write(routed, json);
                case Answer.Taken taken -> write(taken, json);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a writer in memory has no I/O", e);
        }
        return text.toString();
    }

    private static void write(Balancer balancer, JsonGenerator json) throws IOException {
        json.writeStringField("balancer", balancer.name().toString());
        json.writeNumberField("generation", balancer.generation());
    }

    private static void write(Answer.Routed routed, JsonGenerator json) throws IOException {
        json.writeStringField("group", routed.group().name().toString());
        json.writeStringField(
                "fields", Choices.word(Choices.FIELDS, routed.group().fields()));
        json.writeStringField(
                "table", Choices.word(Choices.TABLE, routed.group().table()));
        json.writeStringField("sum", routed.sum().toString());
        json.writeNumberField("slots", routed.slots());
        json.writeNumberField("slot", routed.slot());
        json.writeStringField("router", routed.router().name());
    }

    private static void write(Answer.ChainEntry entry, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("server", entry.server().name());
        json.writeStringField("node", entry.server().node());
        json.writeStringField("wireId", HexFormat.of().toHexDigits(entry.wireId()));
        json.writeNumberField("weight", entry.interval().weight());
        json.writeNumberField("joined", entry.interval().joined());
        if (entry.interval().left().isPresent()) {
            json.writeNumberField("left", entry.interval().left().getAsLong());
        }
        json.writeNumberField("newestOwned", entry.newestOwned());
        json.writeEndObject();
    }

    private static void write(Answer.Taken taken, JsonGenerator json) throws IOException {
        write(taken.balancer(), json);
        json.writeStringField(
                "fields", Choices.word(Choices.FIELDS, taken.balancer().hash().fields()));
        json.writeStringField(
                "table", Choices.word(Choices.TABLE, taken.balancer().hash().table()));
        json.writeStringField("sum", taken.sum().toString());
        json.writeNumberField("slots", taken.slots());
        json.writeNumberField("slot", taken.slot());
        json.writeNumberField("n", taken.n());
        json.writeStringField("server", taken.server().name());
        json.writeStringField("node", taken.server().node());
        json.writeNumberField("targetPort", taken.port().targetPort());
        json.writeStringField(
                "delivery", Choices.word(Choices.DELIVERY, taken.port().delivery()));
        json.writeArrayFieldStart("chain");
        for (Answer.ChainEntry entry : taken.chain()) {
            write(entry, json);
        }
        json.writeEndArray();
        if (taken.router() != null) {
            json.writeStringField("router", taken.router().name());
        }
        if (taken.refused() != null) {
            json.writeStringField("warning", AnswerText.warning(taken.refused()));
        }
    }
}
