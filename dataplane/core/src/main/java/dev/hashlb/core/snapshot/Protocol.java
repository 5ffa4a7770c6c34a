package dev.hashlb.core.snapshot;

/** The transport protocols that a port can be declared for. */
public enum Protocol {
    TCP(6),
    UDP(17);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** The IANA protocol number, as in the IP header. */
    public int number() {
        return number;
    }
}
