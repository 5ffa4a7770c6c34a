package dev.hashlb.agent.host;

import java.io.IOException;

/** Something on the host stands against the set-up. The message says what, and what to do. */
public final class HostSetupException extends IOException {
    private static final long serialVersionUID = 1;

    HostSetupException(String message) {
        super(message);
    }

    HostSetupException(String message, Throwable cause) {
        super(message, cause);
    }
}
