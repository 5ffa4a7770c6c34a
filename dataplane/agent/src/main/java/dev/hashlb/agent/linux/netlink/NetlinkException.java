package dev.hashlb.agent.linux.netlink;

import java.io.IOException;

/** The kernel refused a netlink request. The message names the request and carries the kernel's explanation, if any. */
public final class NetlinkException extends IOException {
    private static final long serialVersionUID = 1;

    /** No such file, route, rule (errno(3)). */
    public static final int ENOENT = 2;
    /** No such process: a route that is not there. */
    public static final int ESRCH = 3;
    /** The thing exists already. */
    public static final int EEXIST = 17;
    /** No such device. */
    public static final int ENODEV = 19;
    /** No such address. */
    public static final int EADDRNOTAVAIL = 99;

    private final int errno;

    NetlinkException(String request, int errno, String detail) {
        super(request + ": " + detail);
        this.errno = errno;
    }

    /** The error number, positive. */
    public int errno() {
        return errno;
    }
}
