package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.LinuxException;

/** An open file of a network namespace, which keeps the namespace alive: hold it for moments only. */
final class NamespaceFile implements AutoCloseable {
    private final CallState state;
    private final int fd;

    private NamespaceFile(CallState state, int fd) {
        this.state = state;
        this.fd = fd;
    }

    static NamespaceFile open(String path) throws LinuxException {
        CallState state = new CallState();
        return new NamespaceFile(
                state, LinuxException.orThrow(Libc.open(state, path, Libc.O_RDONLY | Libc.O_CLOEXEC), "open", path));
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        Libc.close(state, fd);
    }
}
