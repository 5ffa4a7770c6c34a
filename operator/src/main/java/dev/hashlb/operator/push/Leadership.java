package dev.hashlb.operator.push;

import io.grpc.Status;

/** Whether this replica serves data planes. */
final class Leadership {
    private volatile boolean leading;

    boolean isLeading() {
        return leading;
    }

    void set(boolean leads) {
        leading = leads;
    }

    static Status notLeading() {
        return Status.UNAVAILABLE.withDescription(
                "not the leader; close the connection and dial the Service's address again");
    }
}
