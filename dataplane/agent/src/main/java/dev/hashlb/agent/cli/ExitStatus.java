package dev.hashlb.agent.cli;

/** The exit statuses of {@code hashlb}, all of them. */
public enum ExitStatus {
    /** Done; for {@code trace} also when nobody takes a flow, for that is an answer. */
    DONE(0, "done"),
    /** A file or other input was refused; nothing was changed. */
    REFUSED_INPUT(1, "the input was refused, and nothing changed"),
    /** The command line makes no sense. */
    WRONG_USAGE(2, "wrong usage"),
    /** The system did not let it: permissions, addresses in use, disks, or a fault of HashLB's own. */
    SYSTEM_REFUSED(3, "the system refused");

    private final int code;
    private final String description;

    ExitStatus(int code, String description) {
        this.code = code;
        this.description = description;
    }

    public int code() {
        return code;
    }

    public String description() {
        return description;
    }
}
