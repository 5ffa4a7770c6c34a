package dev.hashlb.operator.push;

import java.util.Locale;

/** Why a caller was refused; the value of the label {@code reason} of {@code hashlb_operator_refused_calls_total}. */
public enum RefusalReason {
    /** The call carries no bearer token. */
    NO_TOKEN("NoToken"),
    /** The API server does not know the token, it has expired, its pod is gone, or it is for another audience. */
    BAD_TOKEN("BadToken"),
    /** The token is valid, but not of the data planes' service account. */
    WRONG_ACCOUNT("WrongAccount"),
    /** The token is not bound to a pod that runs on a node. */
    NOT_BOUND("NotBound"),
    /** The connection shows no certificate of a node, or one that has ended. */
    NO_CERTIFICATE("NoCertificate"),
    /** Token, certificate and Hello do not name one node. */
    OTHER_NODE("OtherNode"),
    /** The certificate request is not one that can be signed. */
    BAD_REQUEST("BadRequest"),
    /** The API server could not be asked; tried again by the data plane. */
    CHECK_FAILED("CheckFailed"),
    /** Too many calls wait for their check; tried again by the data plane. */
    OVERLOADED("Overloaded");

    private final String word;

    RefusalReason(String word) {
        this.word = word;
    }

    /** As one CamelCase word, for an event's reason. */
    public String word() {
        return word;
    }

    /** As a metric's label. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
