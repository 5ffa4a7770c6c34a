package dev.hashlb.agent.cli.trace;

import dev.hashlb.core.declare.Choices;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.TableKind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Answers for people: one line for a flow among many, several for one alone. */
public final class AnswerText {
    private AnswerText() {}

    public static String line(Answer answer) {
        return switch (answer) {
            case Answer.Refused refused -> refused.flow() + " -> error: " + refused.error();
            case Answer.Routed routed ->
                routed.flow() + " -> router " + routed.router().name() + ", group "
                        + routed.group().name() + ", slot " + routed.slot() + " of " + routed.slots();
            case Answer.Taken taken ->
                taken.flow() + " -> " + taken.server().name() + " on "
                        + taken.server().node() + ", balancer "
                        + taken.balancer().name() + ", slot " + taken.slot()
                        + " of " + taken.slots() + ", generation "
                        + taken.balancer().generation()
                        + (taken.router() == null
                                ? ""
                                : ", router " + taken.router().name())
                        + (taken.chain().size() < 2 ? "" : ", chain " + names(taken))
                        + (taken.refused() == null ? "" : "; warning: " + warning(taken.refused()));
        };
    }

    /** The answer with its reason. */
    public static List<String> explanation(Answer answer) {
        return switch (answer) {
            case Answer.Refused refused -> List.of(refused.flow(), "  error       " + refused.error());
            case Answer.Routed routed -> explanation(routed);
            case Answer.Taken taken -> explanation(taken);
        };
    }

    private static String names(Answer.Taken taken) {
        return taken.chain().stream().map(e -> e.server().name()).collect(Collectors.joining(" > "));
    }

    private static void chain(Answer.Taken taken, List<String> lines) {
        String head = "  chain       ";
        for (int i = 0; i < taken.chain().size(); i++) {
            Answer.ChainEntry entry = taken.chain().get(i);
            Interval interval = entry.interval();
            lines.add(head + (i + 1) + ". " + entry.server().name() + " on node "
                    + entry.server().node() + ", weight " + interval.weight() + ", joined " + interval.joined()
                    + (interval.left().isPresent() ? ", left " + interval.left().getAsLong() : "") + ": "
                    + (i == 0
                            ? "the owner"
                            : "its connections stay; highest of those that live until generation "
                                    + entry.newestOwned()));
            head = "              ";
        }
        if (taken.chain().size() == 1) {
            lines.add("              no other server that lives has owned this bucket: packets are delivered unasked");
        }
    }

    private static String router(Answer.Taken taken, Node router) {
        Ingress ingress = taken.balancer().ingress();
        boolean replies = taken.balancer().returnMode() == ReturnMode.GATEWAY;
        String part = ingress.selfSelect() ? replies ? "packets and replies" : "packets" : "replies";
        return router.name() + " (" + router.address() + "), for " + part + ", if all routers live: "
                + Choices.word(Choices.FIELDS, ingress.fields()) + ", table "
                + Choices.word(Choices.TABLE, ingress.table());
    }

    static String warning(DropReason refused) {
        return "routers drop such a packet: " + refused.description();
    }

    private static List<String> explanation(Answer.Routed routed) {
        String router = routed.router().name();
        boolean stable = routed.group().table() == TableKind.STABLE;
        return List.of(
                routed.flow(),
                "  router      " + router + " (" + routed.router().address() + "), if all routers live",
                "  group       " + routed.group().name(),
                "  sum         " + sum(routed.sum(), routed.group().fields()),
                "  slot        " + routed.slot() + " = " + routed.sum() + " mod " + routed.slots(),
                "  why         "
                        + (stable
                                ? "table Stable: of the routers, " + router + " scores highest for bucket "
                                        + routed.slot()
                                : "table Modulo: " + router + " has index " + routed.slot()
                                        + " in the list of routers"));
    }

    private static String sum(BigInteger sum, HashFields fields) {
        return sum + " ("
                + (fields == HashFields.FIVE_TUPLE
                        ? "SRC_IP + SRC_PORT + DEST_IP + DEST_PORT + PROTOCOL"
                        : "SRC_IP + DEST_IP + DEST_PORT")
                + ")";
    }

    private static List<String> explanation(Answer.Taken taken) {
        List<String> lines = new ArrayList<>();
        String server = taken.server().name();
        boolean stable = taken.balancer().hash().table() == TableKind.STABLE;
        lines.add(taken.flow());
        lines.add("  server      " + server + " on node " + taken.server().node()
                + (taken.node() == null ? "" : " (" + taken.node().address() + ")")
                + (taken.server().networkNamespace().isEmpty()
                        ? ""
                        : ", namespace " + taken.server().networkNamespace())
                + ", port " + taken.port().targetPort() + " ("
                + Choices.word(Choices.DELIVERY, taken.port().delivery()) + ")");
        lines.add("  balancer    " + taken.balancer().name() + ", generation "
                + taken.balancer().generation() + ", " + taken.n() + " of "
                + taken.balancer().servers().size() + " servers take new flows");
        lines.add("  sum         " + sum(taken.sum(), taken.balancer().hash().fields()));
        lines.add("  slot        " + taken.slot() + " = " + taken.sum() + " mod " + taken.slots());
        lines.add("  why         "
                + (stable
                        ? "table Stable: of the servers that take new flows, " + server + " scores highest for bucket "
                                + taken.slot()
                        : "table Modulo: " + server + " has index " + taken.slot()
                                + " in the list of servers that take new flows"));
        chain(taken, lines);
        if (taken.router() != null) {
            lines.add("  router      " + router(taken, taken.router()));
        }
        if (taken.refused() != null) {
            lines.add("  warning     " + warning(taken.refused()));
        }
        return lines;
    }
}
