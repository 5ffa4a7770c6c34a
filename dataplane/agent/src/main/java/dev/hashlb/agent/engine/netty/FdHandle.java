package dev.hashlb.agent.engine.netty;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/** Lets an fd that is not Netty's join an epoll loop, level-triggered. The fd stays its owner's; closing this leaves it open. */
final class FdHandle implements EpollIoHandle {
    /** What to do when the fd is readable, or has an error. */
    interface Ready {
        void onReady();
    }

    private final FileDescriptor fd;
    private final Ready ready;

    private FdHandle(int fd, Ready ready) {
        this.fd = new FileDescriptor(fd);
        this.ready = ready;
    }

    /** Registers with the loop and waits until the fd is watched. */
    static IoRegistration register(IoEventLoop loop, int fd, Ready ready) {
        IoRegistration registration =
                loop.register(new FdHandle(fd, ready)).syncUninterruptibly().getNow();
        registration.submit(EpollIoOps.EPOLLIN);
        return registration;
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        if (((EpollIoEvent) event).ops().value() != EpollIoOps.NONE.value()) {
            ready.onReady();
        }
    }

    @Override
    public void close() {
        // The fd is its owner's.
    }
}
