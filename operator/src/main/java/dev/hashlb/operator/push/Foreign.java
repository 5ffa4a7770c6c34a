package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.operator.push.NodeAnswer.RefusalCode;
import dev.hashlb.protocol.v1alpha1.Nack;
import dev.hashlb.protocol.v1alpha1.Report;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a data plane wrote, made fit for logs, status and events: bounded, and without control characters. */
final class Foreign {
    static final int MAX_WORD_LENGTH = 63;
    static final int MAX_REASON_LENGTH = 1024;
    static final int MAX_PROBLEMS = 1000;
    static final int MAX_LOST_PEERS = 5000;

    /** DNS names have at most 253 characters. */
    private static final int MAX_NAME_LENGTH = 253;

    private Foreign() {}

    /** Cut to a length, in UTF-16 units, with a space for each control or format character. */
    static String text(String foreign, int maxLength) {
        int length = Math.min(foreign.length(), maxLength);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = foreign.charAt(i);
            boolean plain = !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
            // A cut may leave half of a surrogate pair.
            boolean half = Character.isSurrogate(c) && i + 1 == length && Character.isHighSurrogate(c);
            text.append(plain && !half ? c : ' ');
        }
        return text.toString();
    }

    static String quoted(String foreign) {
        return '"' + text(foreign, MAX_NAME_LENGTH) + '"';
    }

    static NamespacedName name(dev.hashlb.protocol.v1alpha1.NamespacedName foreign) {
        return new NamespacedName(
                text(foreign.getNamespace(), MAX_NAME_LENGTH), text(foreign.getName(), MAX_NAME_LENGTH));
    }

    static List<ServerProblem> problems(List<dev.hashlb.protocol.v1alpha1.ServerProblem> foreign) {
        return foreign.stream()
                .limit(MAX_PROBLEMS)
                .map(p -> new ServerProblem(
                        name(p.getBalancer()),
                        text(p.getIdentity(), MAX_NAME_LENGTH),
                        text(p.getReason(), MAX_REASON_LENGTH)))
                .toList();
    }

    static NodeReport report(String node, Report foreign) {
        dev.hashlb.protocol.v1alpha1.Counters counters = foreign.getCounters();
        return new NodeReport(
                node,
                problems(foreign.getProblemsList()),
                foreign.getLostPeersList().stream()
                        .limit(MAX_LOST_PEERS)
                        .map(name -> text(name, MAX_NAME_LENGTH))
                        .collect(Collectors.toSet()),
                foreign.hasCounters()
                        ? Optional.of(new NodeReport.Counters(
                                counters.getRouted(),
                                counters.getDelivered(),
                                counters.getDropped(),
                                counters.getRefusedSnapshots()))
                        : Optional.empty());
    }

    /** A code that this version does not know is taken as {@code INVALID}: the change is refused all the same. */
    static RefusalCode code(Nack.Code foreign) {
        return switch (foreign) {
            case BASE_MISMATCH -> RefusalCode.BASE_MISMATCH;
            case DIGEST_MISMATCH -> RefusalCode.DIGEST_MISMATCH;
            case FORBIDDEN_ADDRESS -> RefusalCode.FORBIDDEN_ADDRESS;
            case SYSTEM -> RefusalCode.SYSTEM;
            case INVALID, CODE_UNSPECIFIED, UNRECOGNIZED -> RefusalCode.INVALID;
        };
    }
}
