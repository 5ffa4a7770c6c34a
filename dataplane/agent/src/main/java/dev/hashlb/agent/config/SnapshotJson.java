package dev.hashlb.agent.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.hashlb.core.declare.Choices;
import dev.hashlb.core.declare.Document;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;

/**
 * A snapshot as JSON: the very documents that a person could have written, with every default and generation written out,
 * and beside them what documents cannot say: the snapshot's version and the counter of each balancer. Never the keys.
 */
final class SnapshotJson {
    static final String FORMAT = "hashlb-state/1";

    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator json;

    private SnapshotJson(JsonGenerator json) {
        this.json = json;
    }

    static String write(Snapshot snapshot) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text).setPrettyPrinter(new DefaultPrettyPrinter())) {
            new SnapshotJson(json).snapshot(snapshot);
        } catch (IOException e) {
            throw new UncheckedIOException("a writer in memory has no I/O", e);
        }
        return text.append('\n').toString();
    }

    private void snapshot(Snapshot snapshot) throws IOException {
        json.writeStartObject();
        json.writeStringField("format", FORMAT);
        json.writeNumberField("version", snapshot.version());
        json.writeObjectFieldStart("generations");
        for (Balancer balancer : snapshot.balancers()) {
            json.writeNumberField(balancer.name().toString(), balancer.generation());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("documents");
        for (Balancer balancer : snapshot.balancers()) {
            balancer(balancer);
            servers(balancer);
        }
        for (RouterGroup group : snapshot.routerGroups()) {
            routerGroup(group);
        }
        if (!snapshot.nodes().isEmpty()) {
            nodes(snapshot);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void head(String kind) throws IOException {
        json.writeStartObject();
        json.writeStringField("apiVersion", Document.API_VERSION);
        json.writeStringField("kind", kind);
    }

    private void metadata(NamespacedName name) throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeStringField("name", name.name());
        json.writeStringField("namespace", name.namespace());
        json.writeEndObject();
    }

    private void balancer(Balancer balancer) throws IOException {
        head("HashLoadBalancer");
        metadata(balancer.name());
        json.writeObjectFieldStart("spec");
        texts("addresses", balancer.addresses());
        json.writeArrayFieldStart("ports");
        for (ServicePort port : balancer.ports()) {
            port(port);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("hash");
        json.writeStringField(
                "fields", Choices.word(Choices.FIELDS, balancer.hash().fields()));
        json.writeStringField(
                "table", Choices.word(Choices.TABLE, balancer.hash().table()));
        json.writeNumberField("buckets", balancer.hash().buckets());
        json.writeEndObject();
        ingress(balancer.ingress());
        reply(balancer.reply());
        texts("sourceRanges", balancer.sourceRanges());
        json.writeBooleanField("ping", balancer.ping());
        json.writeStringField("undeclaredPorts", Choices.word(Choices.UNDECLARED_PORTS, balancer.undeclaredPorts()));
        json.writeEndObject();
        json.writeEndObject();
    }

    private void port(ServicePort port) throws IOException {
        json.writeStartObject();
        if (!port.name().isEmpty()) {
            json.writeStringField("name", port.name());
        }
        json.writeStringField("protocol", Choices.word(Choices.PROTOCOL, port.protocol()));
        json.writeNumberField("port", port.port());
        json.writeNumberField("targetPort", port.targetPort());
        json.writeStringField("delivery", Choices.word(Choices.DELIVERY, port.delivery()));
        json.writeEndObject();
    }

    private void ingress(Ingress ingress) throws IOException {
        json.writeObjectFieldStart("ingress");
        json.writeStringField("mode", Choices.word(Choices.INGRESS, ingress.mode()));
        if (!ingress.equals(Ingress.ANY_NODE)) { // where no router is chosen, these would be warned of
            json.writeStringField("fields", Choices.word(Choices.FIELDS, ingress.fields()));
            json.writeStringField("table", Choices.word(Choices.TABLE, ingress.table()));
        }
        json.writeEndObject();
    }

    private void reply(Reply reply) throws IOException {
        json.writeObjectFieldStart("return");
        json.writeStringField("mode", Choices.word(Choices.RETURN, reply.mode()));
        if (!reply.egress().isEmpty()) {
            texts("egress", reply.egress());
        }
        json.writeEndObject();
    }

    private void servers(Balancer balancer) throws IOException {
        head("StaticServers");
        metadata(balancer.name());
        json.writeArrayFieldStart("servers");
        for (Server server : balancer.servers()) {
            json.writeStartObject();
            json.writeStringField("name", server.name());
            json.writeStringField("node", server.node());
            json.writeStringField("netns", server.networkNamespace());
            texts("addresses", server.addresses());
            json.writeArrayFieldStart("intervals");
            for (Interval interval : server.intervals()) {
                interval(interval);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void interval(Interval interval) throws IOException {
        json.writeStartObject();
        json.writeNumberField("weight", interval.weight());
        json.writeNumberField("joined", interval.joined());
        if (interval.left().isPresent()) {
            json.writeNumberField("left", interval.left().getAsLong());
        }
        json.writeEndObject();
    }

    private void routerGroup(RouterGroup group) throws IOException {
        head("HashRouterGroup");
        metadata(group.name());
        json.writeObjectFieldStart("spec");
        texts("destinations", group.destinations());
        texts("gateways", group.gateways());
        json.writeObjectFieldStart("hash");
        json.writeStringField("fields", Choices.word(Choices.FIELDS, group.fields()));
        json.writeStringField("table", Choices.word(Choices.TABLE, group.table()));
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void nodes(Snapshot snapshot) throws IOException {
        head("StaticNodes");
        json.writeArrayFieldStart("nodes");
        for (Node node : snapshot.nodes()) {
            json.writeStartObject();
            json.writeStringField("name", node.name());
            json.writeStringField("address", node.address().toString());
            json.writeBooleanField("router", node.router());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void texts(String field, Collection<?> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (Object value : values) {
            json.writeString(value.toString());
        }
        json.writeEndArray();
    }
}
