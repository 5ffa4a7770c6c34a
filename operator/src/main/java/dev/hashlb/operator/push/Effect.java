package dev.hashlb.operator.push;

import io.grpc.Status;

/** What a {@link Session} wants done. */
sealed interface Effect {
    /** Send this change; the session waits for its answer. */
    record Send(OutgoingChange change) implements Effect {}

    /** Tell whoever plans: the node has said hello. */
    record TellConnected(ConnectedNode node) implements Effect {}

    /** Tell whoever plans: the node has answered. */
    record TellAnswer(NodeAnswer answer) implements Effect {}

    /** Tell whoever plans what changed on the node. */
    record TellReport(NodeReport report) implements Effect {}

    /** End the stream; nothing comes after it. */
    record End(Status.Code code, String reason) implements Effect {}
}
